package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

// Each target holds a kernel, its generic twin and its doc comment's loop to the same bits, NaN to NaN, with guards round
// every slice. Which lengths, strides and flags is the fuzzer's to choose; what is in the slices comes from a seed, as no
// kernel but SinCos looks at it. GOEXPERIMENT=simd and wasm have vectors to hold, a stock build what it unrolls.

// random is a generator that a target's seed makes.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// vary returns v below most, or half of the time a number of the seed's: the fuzzer goes from v by small steps.
func vary[T uint8 | uint16](r *rand.Rand, v T, most int) int {
	if r.IntN(2) == 0 {
		return r.IntN(most)
	}
	return int(v) % most
}

func FuzzElementwise(f *testing.F) {
	for i, n := range lengths {
		f.Add(uint64(i), uint16(n), float32(19.595918))
	}
	for i, scale := range hard {
		f.Add(uint64(i), uint16(37), scale)
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, scale float32) {
		r := random(seed)
		holdElementwise(t, r, vary(r, n, 2048), scale)
	})
}

func FuzzStrips(f *testing.F) {
	f.Add(uint64(1), uint16(0), uint8(3), uint8(0), int16(1))
	f.Add(uint64(2), uint16(1), uint8(9), uint8(0), int16(0))
	f.Add(uint64(3), uint16(33), uint8(5), uint8(6), int16(-1))
	f.Add(uint64(4), uint16(100), uint8(2), uint8(1), int16(-300))
	f.Add(uint64(5), uint16(7), uint8(200), uint8(3), int16(7))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, count, gap uint8, toRow int16) {
		r := random(seed)
		holdStrips(t, r, vary(r, n, 300), vary(r, count, 20), int(gap), int(toRow%500))
	})
}

func FuzzRotate(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(32), uint16(64), uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add(uint64(2), uint8(2), uint8(3), uint16(37), uint8(5), uint8(3), uint8(1), uint8(2))
	f.Add(uint64(3), uint8(5), uint8(2), uint16(300), uint8(1), uint8(9), uint8(0), uint8(3)) // more pairs than are spread at once
	f.Add(uint64(4), uint8(3), uint8(0), uint16(16), uint8(0), uint8(7), uint8(255), uint8(255))
	f.Add(uint64(5), uint8(7), uint8(1), uint16(0), uint8(1), uint8(12), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, tokens, heads uint8, pairs uint16, more, flags, gap, otherGap uint8) {
		r := random(seed)
		turning := Turning{Tokens: vary(r, tokens, 8), Heads: vary(r, heads, 40), Pairs: vary(r, pairs, 320),
			Interleaved: flags&1 != 0, Back: flags&2 != 0, OneRow: flags&4 != 0}
		turning.HeadDim = 2*turning.Pairs + vary(r, more, 80)
		switch flags >> 3 % 3 { // vectors that overlap are nobody's
		case 1: // heads beside each other, with gaps
			turning.HeadStride = turning.HeadDim + int(gap)
			turning.TokenStride = turning.Heads*turning.HeadStride + int(otherGap)
		case 2: // tokens beside each other
			turning.TokenStride = turning.HeadDim + int(gap)
			turning.HeadStride = turning.Tokens*turning.TokenStride + int(otherGap)
		}
		holdRotate(t, r, turning)
	})
}

func FuzzBlock(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(1), uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add(uint64(2), uint8(33), uint8(3), uint8(1), uint8(1), uint8(2), uint8(3))
	f.Add(uint64(3), uint8(16), uint8(2), uint8(2), uint8(0), uint8(0), uint8(1))
	f.Add(uint64(4), uint8(0), uint8(2), uint8(4), uint8(0), uint8(0), uint8(1))
	f.Add(uint64(5), uint8(66), uint8(1), uint8(3), uint8(7), uint8(9), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, n, blocks, kind, before, between, after uint8) {
		r := random(seed)
		count, some := vary(r, n, 100), unit
		if kind&1 != 0 {
			some = angles
		}
		first := vary(r, before, 20)
		second := first + count + vary(r, between, 20)
		dim := second + count + vary(r, after, 20)
		l := Columns{first, second, 1}
		switch kind >> 1 % 3 {
		case 1:
			l = Columns{second, first, 1}
		case 2:
			l, dim = Columns{0, 1, 2}, 2*count+int(after%20)
		}
		holdBlock(t, r, count, 1+int(blocks%3), dim, l, some)
		holdTurn(t, some(r, count), some(r, count))
	})
}

func FuzzPhases(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint64(0), uint64(0), uint64(0), uint64(1), uint32(0))
	f.Add(uint64(2), uint8(64), uint64(1), uint64(0), uint64(0), uint64(1<<53), uint32(1<<32-8))
	f.Add(uint64(3), uint8(63), ^uint64(0), ^uint64(0), uint64(1<<62-1), uint64(1<<54-1), uint32(300))
	f.Add(uint64(4), uint8(2), uint64(0), uint64(1), uint64(1<<63), uint64(12345), uint32(128))
	f.Add(uint64(5), uint8(1), uint64(0), uint64(1<<63), uint64(1<<61), uint64(0), uint32(7)) // next to an eighth of a turn
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, lo, mid, hi, by uint64, from uint32) {
		r, count := random(seed), int(n)%(PhasesAtOnce+1)
		holdLeastPhase(t, r, count, from, 1+int(seed%3))

		freqs := make([][4]uint64, count+1)
		for i := range freqs {
			freqs[i] = [4]uint64{lo * r.Uint64(), mid * r.Uint64(), hi * r.Uint64(), r.Uint64()}
		}
		freqs[0] = [4]uint64{lo, mid, hi, by}
		holdMultiply(t, freqs[:count], by%(1<<54))

		p := Phases{}
		for i := range p.Lo {
			p.Lo[i], p.Mid[i], p.Hi[i] = hardPhase(r)
		}
		p.Lo[0], p.Mid[0], p.Hi[0] = lo, mid, hi
		holdSinCos(t, &p, count)
		holdPhase(t, lo, mid, hi)
		p.Negate(1)
		back := new(big.Int).Add(phase(lo, mid, hi), phase(p.Lo[0], p.Mid[0], p.Hi[0]))
		require.Zero(t, new(big.Int).Mod(back, new(big.Int).Lsh(big.NewInt(1), 192)).Sign(), "a phase and its negative are a whole turn")
	})
}

// holdPhase holds a phase's sine and cosine against 300 bits.
func holdPhase(t *testing.T, lo, mid, hi uint64) {
	turns := new(big.Float).SetPrec(300).SetInt(phase(lo, mid, hi))
	turns.SetMantExp(turns, 1-192)
	wantSin, wantCos := truth.SinCos(turns.Mul(turns, truth.Pi))
	sin, cos := SinCosOf(lo, mid, hi)
	for _, v := range []struct {
		name string
		got  float64
		want *big.Float
	}{{"sine", sin, wantSin}, {"cosine", cos, wantCos}} {
		if w, _ := v.want.Float64(); math.Abs(w) < 0x1p-250 { // a whole number of quarter turns, which the reference's π misses
			require.Zero(t, v.got, "%s of %x %x %x", v.name, hi, mid, lo)
			continue
		}
		require.LessOrEqual(t, truth.Ulps64(v.got, v.want), 1.0, "%s of %x %x %x: got %g", v.name, hi, mid, lo, v.got)
	}
}
