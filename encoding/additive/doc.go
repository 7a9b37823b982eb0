// Package additive has the encodings that are added to token embeddings: y = x + PE(p).
//
//	Sinusoidal   sines and cosines of the position, with every convention in use; RelativePositions lists Transformer-XL's
//	Grid         the cells of an image or a video, a sinusoidal encoding for each axis
//	Timestep     the time of a diffusion model, which is sinusoidal too
//	Time2Vec     learned frequencies and phases
//	Learned      a learned table; Resize1D and Resize2D stretch one to another length
//	Fourier      features of coordinates, which take the place of these and are not added
//
// PositionsFromMask counts the tokens that a mask leaves.
//
// Embeddings are float32, row-major [batch, seq, dim]; an encoder changes them in place. Which position each row has
// is said by [At]. On any error nothing has been written. Encoders are safe for concurrent use; the arrays that they
// are given are the caller's to keep apart.
package additive
