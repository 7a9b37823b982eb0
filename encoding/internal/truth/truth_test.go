package truth

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Fifty digits from the published tables (OEIS A000796, A001113, A002162, A049469, A049470).
func TestPublishedDigits(t *testing.T) {
	sin, cos := SinCos(N(1))
	require.Equal(t, "3.14159265358979323846264338327950288419716939937511", Pi.Text('f', 50))
	require.Equal(t, "2.71828182845904523536028747135266249775724709369996", Exp(N(1)).Text('f', 50))
	require.Equal(t, "0.69314718055994530941723212145817656807550013436026", Log(N(2)).Text('f', 50))
	require.Equal(t, "0.84147098480789650665250232163029899962256306079837", sin.Text('f', 50))
	require.Equal(t, "0.54030230586813971740093660744297660373231042061792", cos.Text('f', 50))
}

// sin(2^53 - 1) needs the reduction: a float64 π would leave no digit of it. Held by sin² + cos² = 1 and by the
// double angle, which a wrong reduction of one of the two would break.
func TestReduction(t *testing.T) {
	s1, c1 := SinCos(N(1<<53 - 1))
	s2, _ := SinCos(N(1<<54 - 2))
	one, _ := add(mul(s1, s1), mul(c1, c1)).Float64()
	require.Equal(t, 1.0, one)
	d, _ := sub(mul(N(2), mul(s1, c1)), s2).Float64()
	require.Less(t, max(d, -d), 1e-60)
}
