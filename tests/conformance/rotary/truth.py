"""Makes truth.json: rotary numbers from the formulas alone, to 60 digits and then rounded once.

    python3 truth.py > truth.json

Options are exact reals (the float64 that a literal is); everything after is real arithmetic. Nothing is taken from
posenc or from another library, so that a mistake of either shows. The standard library's decimal is enough.
"""

import json
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal as D, getcontext

getcontext().prec = 100  # 60 digits remain after 2^53·w is reduced by turns


def atan_inverse(n):  # arctan(1/n)
    power, total, k = D(1) / n, D(1) / n, 1
    while abs(power) > D(10) ** -110:
        power, k = -power / (n * n), k + 2
        total += power / k
    return total


PI = 4 * (4 * atan_inverse(5) - atan_inverse(239))


def cos_sin(x):
    x -= (x / (2 * PI)).to_integral_value() * 2 * PI
    term, k, sums = D(1), 0, [D(0), D(0)]
    while k < 4 or abs(term) > D(10) ** -90:
        sums[k % 2] += -term if k % 4 >= 2 else term
        k += 1
        term *= x / k
    return sums


def number(options, name, default=None):
    value = options.get(name, default)
    return None if value is None else D(value)


def frequencies(options, length=None):
    """The angular frequency of each pair and the factor on cos and sin, at a sequence length where that matters."""
    scaling = options.get("scaling", {})
    head = options["headDim"]
    d = options.get("rotaryDim", head)
    n = d // 2
    base = number(options, "base", 10000)
    kind = scaling.get("type", "default")
    s = number(scaling, "factor")
    longest = number(options, "maxPositionEmbeddings")
    m = number(scaling, "originalMaxPositionEmbeddings", longest)
    attention = number(scaling, "attentionFactor", 1)

    def ladder(theta):
        return [(-theta.ln() * 2 * i / d).exp() for i in range(n)]

    def stretched(by):  # another base, such that the last frequency is divided by it
        return base * (by.ln() * d / (d - 2)).exp()

    w = ladder(base)
    if kind == "linear":
        w = [x / s for x in w]
    elif kind == "ntk":
        w = ladder(stretched(number(scaling, "alpha")))
    elif kind == "dynamic":
        reach = max(D(length or 0), longest)
        w = ladder(stretched(s * reach / longest - (s - 1)))
    elif kind == "yarn":
        def pair_of(turns):  # the (fractional) pair that makes so many turns over m positions
            return d * (m / (2 * PI * turns)).ln() / (2 * base.ln())

        low, high = pair_of(number(scaling, "betaFast", 32)), pair_of(number(scaling, "betaSlow", 1))
        if scaling.get("truncate", True):
            low, high = low.to_integral_value(ROUND_FLOOR), high.to_integral_value(ROUND_CEILING)
        low, high = max(low, D(0)), min(high, D(d - 1))
        if low == high:
            high += D("0.001")
        ramp = [min(max((i - low) / (high - low), D(0)), D(1)) for i in range(n)]
        w = [x / s * r + x * (1 - r) for x, r in zip(w, ramp)]

        def g(by):
            return by * s.ln() / 10 + 1 if s > 1 else D(1)

        if "attentionFactor" not in scaling:
            attention = g(D(1))
            if "mscale" in scaling and "mscaleAllDim" in scaling:
                attention = g(number(scaling, "mscale")) / g(number(scaling, "mscaleAllDim"))
    elif kind == "longrope":
        by = scaling["longFactor" if (length or 0) > m else "shortFactor"]
        w = [x / D(f) for x, f in zip(w, by)]
        s = s or longest / m
        if "attentionFactor" not in scaling:
            attention = (1 + s.ln() / m.ln()).sqrt() if s > 1 else D(1)
    elif kind == "llama3":
        low, high = number(scaling, "lowFreqFactor", 1), number(scaling, "highFreqFactor", 4)

        def blend(x):
            turns = m * x / (2 * PI)
            t = min(max((turns - low) / (high - low), D(0)), D(1))
            return (1 - t) * x / s + t * x

        w = [blend(x) for x in w]
    elif kind == "proportional":
        turned = int(number(scaling, "partialRotaryFactor", 1) * head / 2)
        w = [x / (s or 1) if i < turned else D(0) for i, x in enumerate(w)]
    elif kind == "freq-factors":
        w = [x / D(f) for x, f in zip(w, scaling["freqFactors"])]
    elif kind == "riflex":
        w[scaling["index"]] = D("0.9") * 2 * PI / scaling["length"]
    elif kind != "default":
        raise ValueError(kind)
    return w, attention


ULP = {"atol": 0, "rtol": 2.3e-16}  # a float64's last place
HALF_ULP32 = {"atol": 0, "rtol": 5.97e-8}  # only the nearest float32 is within it


def frequency_case(name, options, length=None, note=""):
    w, attention = frequencies(options, length)
    at = {} if length is None else {"sequenceLength": length}
    return {"id": name, "kind": "inverseFrequencies", "options": options, **at, "expected": [float(x) for x in w],
            "attentionFactor": float(attention), "tolerance": ULP, "published": "derived", "note": note}


def table_case(name, options, positions, pairs, length=None, note=""):
    w, attention = frequencies(options, length)
    rows = [[cos_sin(D(p) * w[i]) for i in pairs] for p in positions]
    at = {} if length is None else {"sequenceLength": length}
    return {"id": "cos_sin_" + name, "kind": "cosSin", "options": options, **at, "positions": positions, "pairs": pairs,
            "cos": [[float(c * attention) for c, _ in row] for row in rows],
            "sin": [[float(s * attention) for _, s in row] for row in rows],
            "tolerance": HALF_ULP32, "published": "derived", "note": note}


def rotate_case(name, options, batch, heads, order, positions, note=""):
    """Positions are for each of batch·seq rows; the input is small and made of quarters, so a float32 holds it."""
    w, attention = frequencies(options)
    head, rotary = options["headDim"], 2 * len(w)
    seq = len(positions) // batch
    x = [((37 * i) % 29 - 14) / 4 for i in range(batch * seq * heads * head)]
    y = [D(v) for v in x]
    for b in range(batch):
        for t in range(seq):
            turn = [cos_sin(D(positions[b * seq + t]) * f) for f in w]
            for h in range(heads):
                row = (b * seq + t) * heads + h if order == "bshd" else (b * heads + h) * seq + t
                for i, (c, s) in enumerate(turn):
                    j, k = (2 * i, 2 * i + 1) if options.get("pairing") == "interleaved" else (i, i + rotary // 2)
                    j, k = row * head + j, row * head + k
                    c, s = c * attention, s * attention
                    y[j], y[k] = D(x[j]) * c - D(x[k]) * s, D(x[j]) * s + D(x[k]) * c
    return {"id": name, "kind": "rotate", "options": options, "batch": batch, "heads": heads, "order": order,
            "positions": positions, "input": x, "expected": [float(v) for v in y],
            "tolerance": {"atol": 1e-6, "rtol": 0}, "published": "derived", "note": note}


FAR = [131072, 1000000, 2**31, 2**40 + 3, 2**53 - 1, -131072, -1, 0.1, 1234.5678, -99999.75]
NEAR = [0, 1, 4095, 4096, 131071]
LONG = [0, 1, 131071, 1000000, 1048575]  # the last is the sequence length less 1

DEFAULT = {"headDim": 128}
PARTIAL = {"headDim": 80, "rotaryDim": 32}
BASES = {"headDim": 64, "base": 500000, "pairing": "interleaved"}
LINEAR = {"headDim": 64, "scaling": {"type": "linear", "factor": 8}}
NTK = {"headDim": 128, "scaling": {"type": "ntk", "alpha": 8}}
NTK_6 = {"headDim": 6, "scaling": {"type": "ntk", "alpha": 2.5}}
DYNAMIC = {"headDim": 128, "maxPositionEmbeddings": 2048, "scaling": {"type": "dynamic", "factor": 2}}
DYNAMIC_PARTIAL = {"headDim": 64, "rotaryDim": 16, "maxPositionEmbeddings": 4096, "scaling": {"type": "dynamic", "factor": 1.5}}


def yarn(head=128, base=10000, **scaling):
    return {"headDim": head, "base": base, "scaling": {"type": "yarn", **scaling}}


DEEPSEEK = yarn(64, factor=40, betaFast=32, betaSlow=1, mscale=1, mscaleAllDim=1, originalMaxPositionEmbeddings=4096)
GPT_OSS = yarn(64, 150000, factor=32, betaFast=32, betaSlow=1, truncate=False, originalMaxPositionEmbeddings=4096)
QWEN = yarn(128, 1000000, factor=4, originalMaxPositionEmbeddings=32768)
LONGROPE = {"headDim": 8, "maxPositionEmbeddings": 131072, "scaling": {
    "type": "longrope", "originalMaxPositionEmbeddings": 4096,
    "shortFactor": [1, 1.05, 1.1, 2.03], "longFactor": [1.08, 1.11, 3.5, 64.3]}}
LLAMA31 = {"headDim": 128, "base": 500000, "scaling": {
    "type": "llama3", "factor": 8, "lowFreqFactor": 1, "highFreqFactor": 4, "originalMaxPositionEmbeddings": 8192}}
LLAMA32 = {"headDim": 64, "base": 500000, "scaling": {
    "type": "llama3", "factor": 32, "lowFreqFactor": 1, "highFreqFactor": 4, "originalMaxPositionEmbeddings": 8192}}
PROPORTIONAL = {"headDim": 32, "base": 1000000, "scaling": {"type": "proportional", "partialRotaryFactor": 0.25, "factor": 8}}
FREQ_FACTORS = {"headDim": 16, "base": 500000, "scaling": {
    "type": "freq-factors", "freqFactors": [1, 1, 1, 1.2, 2.5, 6.75, 8, 8]}}
RIFLEX = {"headDim": 16, "base": 256, "scaling": {"type": "riflex", "index": 3, "length": 66}}


def changed(options, **scaling):
    return {**options, "scaling": {**options["scaling"], **scaling}}


def without(options, *names):
    return {**options, "scaling": {k: v for k, v in options["scaling"].items() if k not in names}}


CASES = [
    frequency_case("default_h128", DEFAULT),
    frequency_case("default_h80_rotary32", PARTIAL, note="the exponent's denominator is rotaryDim"),
    frequency_case("default_h64_base500000", BASES),
    frequency_case("default_h2", {"headDim": 2}, note="one pair"),
    frequency_case("default_base_below_1", {"headDim": 6, "base": 0.5}, note="frequencies rise"),
    frequency_case("linear_f8", LINEAR),
    frequency_case("ntk_a8", NTK),
    frequency_case("ntk_a2.5_h6", NTK_6),
    *[frequency_case(f"dynamic_f2_m2048_l{n}", DYNAMIC, n, note="equals default" if n <= 2048 else "")
      for n in (1, 2048, 2049, 4096, 16384, 131072)],
    frequency_case("dynamic_f1.5_rotary16_l10000", DYNAMIC_PARTIAL, 10000),
    frequency_case("yarn_deepseek_v3", DEEPSEEK, note="DeepSeek-V3's configuration: equal mscales, so attention factor 1"),
    frequency_case("yarn_gpt_oss", GPT_OSS, note="gpt-oss: the ramp's ends are not rounded"),
    frequency_case("yarn_qwen2.5", QWEN, note="as Qwen2.5 is told to reach 131072"),
    frequency_case("yarn_qwen2.5_no_truncate", changed(QWEN, truncate=False)),
    frequency_case("yarn_m_from_max_position_embeddings",
                   {**without(QWEN, "originalMaxPositionEmbeddings"), "maxPositionEmbeddings": 32768}, note="as yarn_qwen2.5"),
    frequency_case("yarn_deepseek_v2", changed(DEEPSEEK, mscale=0.707, mscaleAllDim=0.707)),
    frequency_case("yarn_mscale_1_over_0.8", changed(DEEPSEEK, mscaleAllDim=0.8)),
    frequency_case("yarn_mscale_alone", without(changed(DEEPSEEK, mscale=0.707), "mscaleAllDim"), note="one of the two alone changes nothing"),
    frequency_case("yarn_attention_factor_given", changed(DEEPSEEK, attentionFactor=1.5), note="final, whatever the mscales are"),
    frequency_case("yarn_factor_1", yarn(8, factor=1, originalMaxPositionEmbeddings=2048), note="factor 1: attention factor 1, frequencies of default"),
    frequency_case("yarn_betas_64_2", yarn(32, factor=16, betaFast=64, betaSlow=2, originalMaxPositionEmbeddings=8192)),
    frequency_case("yarn_low_is_high", yarn(8, factor=4, originalMaxPositionEmbeddings=4), note="both ends of the ramp are 0: the high one gains 0.001"),
    frequency_case("yarn_high_is_clipped", yarn(8, factor=4, betaSlow=1e-12, originalMaxPositionEmbeddings=4096), note="the high end would be past rotaryDim - 1"),
    frequency_case("longrope_short", LONGROPE, 4096, note="factor is maxPositionEmbeddings / originalMaxPositionEmbeddings; M positions are still short"),
    frequency_case("longrope_long", LONGROPE, 4097),
    frequency_case("longrope_factor_2_long", changed(LONGROPE, factor=2), 131072),
    frequency_case("longrope_factor_1_short", changed(LONGROPE, factor=1), 1),
    frequency_case("longrope_attention_factor_given", changed(LONGROPE, attentionFactor=0.5), 8192),
    frequency_case("llama3.1", LLAMA31),
    frequency_case("llama3.2", LLAMA32),
    frequency_case("llama3_low_2_high_16", changed(LLAMA31, lowFreqFactor=2, highFreqFactor=16, factor=20, originalMaxPositionEmbeddings=2048)),
    frequency_case("proportional_p0.25_f8", PROPORTIONAL, note="the denominator is headDim; 4 of 16 pairs turn"),
    frequency_case("proportional_p1_f1", changed(PROPORTIONAL, partialRotaryFactor=1, factor=1)),
    frequency_case("proportional_p0.75_f0.5", changed(PROPORTIONAL, partialRotaryFactor=0.75, factor=0.5)),
    frequency_case("freq_factors_h16", FREQ_FACTORS),
    frequency_case("riflex_k3_l66", RIFLEX),
    frequency_case("riflex_k0_l1000", changed(RIFLEX, index=0, length=1000)),
    table_case("default_h128_far", DEFAULT, FAR, [0, 1, 13, 32, 63]),
    table_case("default_h128_near", DEFAULT, NEAR, [0, 1, 13, 32, 63]),
    table_case("default_h80_rotary32_far", PARTIAL, FAR, [0, 7, 15]),
    table_case("default_h64_base500000_far", BASES, FAR, [0, 9, 31]),
    table_case("default_h2_far", {"headDim": 2}, FAR + [0.5, 2**52 + 1, -(2**53 - 1)], [0]),
    table_case("linear_f8_far", LINEAR, FAR, [0, 5, 31]),
    table_case("ntk_a8_far", NTK, FAR, [0, 5, 63]),
    table_case("dynamic_f2_m2048_l1048576", DYNAMIC, LONG, [0, 1, 13, 63], 1048576),
    table_case("dynamic_f2_m2048_l2048", DYNAMIC, [0, 1, 2047], [0, 1, 63], 2048, note="equals default"),
    table_case("yarn_deepseek_v3_far", DEEPSEEK, FAR, [0, 10, 11, 17, 22, 31]),
    table_case("yarn_gpt_oss_far", GPT_OSS, FAR, [0, 8, 9, 13, 18, 31], note="times the attention factor, 1.3466"),
    table_case("yarn_qwen2.5_far", QWEN, FAR, [0, 23, 24, 31, 40, 63]),
    table_case("longrope_short_4096", LONGROPE, [0, 0.1, 1, 4095], [0, 1, 2, 3], 4096, note="times the attention factor, 1.1902"),
    table_case("longrope_long_1048576", LONGROPE, LONG, [0, 1, 2, 3], 1048576),
    table_case("llama3.1_far", LLAMA31, FAR, [0, 28, 29, 33, 35, 63]),
    table_case("llama3.2_far", LLAMA32, FAR, [0, 14, 15, 17, 31]),
    table_case("proportional_p0.25_f8_far", PROPORTIONAL, FAR, [0, 3, 4, 15], note="pairs 4 to 15 stand still"),
    table_case("freq_factors_h16_far", FREQ_FACTORS, FAR, [0, 3, 5, 7]),
    table_case("riflex_k3_l66_far", RIFLEX, FAR, [0, 2, 3, 7]),
    rotate_case("half_bshd", {"headDim": 8}, 2, 2, "bshd", [0, 1, 131072, 7, 2**40 + 3, -5]),
    rotate_case("half_bhsd", {"headDim": 8}, 2, 2, "bhsd", [0, 1, 131072, 7, 2**40 + 3, -5]),
    rotate_case("interleaved_bshd_partial", {"headDim": 10, "rotaryDim": 6, "pairing": "interleaved"}, 1, 3, "bshd", [0.5, 1000000, 2**53 - 1]),
    rotate_case("half_bhsd_partial", {"headDim": 10, "rotaryDim": 4}, 1, 3, "bhsd", [0.5, 1000000, 2**53 - 1]),
    rotate_case("half_bshd_yarn", yarn(8, factor=16, originalMaxPositionEmbeddings=4096), 1, 1, "bshd", [3, 65535], note="turned channels grow by the attention factor"),
    rotate_case("half_bshd_proportional", {"headDim": 8, "scaling": {"type": "proportional", "partialRotaryFactor": 0.5}}, 1, 1, "bshd", [3, 65535],
                note="pairs (0, 4) and (1, 5) turn, the others stand still"),
]


def line(value):
    return json.dumps(value, ensure_ascii=False)


def pretty(case):
    fields = []
    for name, value in case.items():
        if isinstance(value, list) and value and isinstance(value[0], list):
            rows = ",\n".join("        " + line(row) for row in value)
            fields.append(f'      "{name}": [\n{rows}\n      ]')
        else:
            fields.append(f'      "{name}": {line(value)}')
    return "    {\n" + ",\n".join(fields) + "\n    }"


if __name__ == "__main__":
    source = {"repo": "posenc", "path": "tests/conformance/rotary/truth.py", "commit": ""}
    print('{\n  "source": ' + line(source) + ',\n  "cases": [\n' + ",\n".join(map(pretty, CASES)) + "\n  ]\n}")
