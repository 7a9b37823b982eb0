// Package additive has the encodings that are added to token embeddings: y = x + PE(p).
//
//   - [Sinusoidal]: sines and cosines of the position, with every convention in use: text and speech.
//   - [Grid]: the cells of an image or a video, a sinusoidal encoding for each axis: MAE, timm, diffusers, DETR.
//   - [Timestep]: the time of a diffusion model, which is sinusoidal too.
//   - [Time2Vec]: learned frequencies and phases: time series.
//   - [Learned]: a learned table: BERT, GPT-2, ViT; [Resize1D] and [Resize2D] stretch one to another length.
//   - [Fourier]: features of coordinates, which take the place of these and are not added: NeRF, timm.
//
// [Convention], [GridConvention] and [TimestepConvention] have the options of projects by name. A wrong layout or ladder gives
// no error, only a worse model, so name one. [PositionsFromMask] counts the tokens that a mask leaves; [RelativePositions] and
// [XLNetPositions] are the lists of relative attention.
//
// Embeddings are float32, row-major [batch, seq, dim]; an encoder changes them in place. Which position each row has
// is said by [At]; those of Grid and Learned are the numbers of their rows, and others an error.
//
// On any error nothing has been written, and the error is an [encoding.OptionError]. Encoders are safe for concurrent use; the
// arrays that they are given are the caller's to keep apart.
package additive
