// The transforms of Winograd's minimal filtering F(m × m, 3 × 3), at the points 0, ±1, ±2 (and ±1/2 for m = 6) and
// infinity. Included by kernels.cpp with `vf`, a vector of floats. The transform of the weights is in pack.cpp.
template <int M>
struct Winograd;

template <>
struct Winograd<4> {
  static constexpr int T = 6;
  static INLINE void input(const vf* d, vf* r) {
    r[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
    vf t = d[4] - 4.0f * d[2], u = d[3] - 4.0f * d[1];
    r[1] = t + u;
    r[2] = t - u;
    t = d[4] - d[2];
    u = d[3] - d[1];
    r[3] = t + 2.0f * u;
    r[4] = t - 2.0f * u;
    r[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
  }
  static INLINE void output(const vf* m, vf* y) {
    vf s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    y[0] = m[0] + s1 + s2;
    y[1] = d1 + 2.0f * d2;
    y[2] = s1 + 4.0f * s2;
    y[3] = (d1 + m[5]) + 8.0f * d2;
  }
};

template <>
struct Winograd<6> {
  static constexpr int T = 8;
  static INLINE void input(const vf* d, vf* r) {
    r[0] = (d[6] - d[0]) + 5.25f * (d[2] - d[4]);
    r[7] = (d[7] - d[1]) + 5.25f * (d[3] - d[5]);
    vf t = (d[6] + d[2]) - 4.25f * d[4], u = (d[5] + d[1]) - 4.25f * d[3];
    r[1] = t + u;
    r[2] = t - u;
    t = (d[6] + 0.25f * d[2]) - 1.25f * d[4];
    u = 2.0f * d[5] + (0.5f * d[1] - 2.5f * d[3]);
    r[3] = t + u;
    r[4] = t - u;
    t = (d[6] + 4.0f * d[2]) - 5.0f * d[4];
    u = 0.5f * d[5] + (2.0f * d[1] - 2.5f * d[3]);
    r[5] = t + u;
    r[6] = t - u;
  }
  static INLINE void output(const vf* m, vf* y) {
    vf s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4], s3 = m[5] + m[6], d3 = m[5] - m[6];
    y[0] = (m[0] + s1) + (s2 + s3);
    y[1] = (d1 + 2.0f * d2) + 0.5f * d3;
    y[2] = (s1 + 4.0f * s2) + 0.25f * s3;
    y[3] = (d1 + 8.0f * d2) + 0.125f * d3;
    y[4] = (s1 + 16.0f * s2) + 0.0625f * s3;
    y[5] = ((d1 + m[7]) + 32.0f * d2) + 0.03125f * d3;
  }
};
