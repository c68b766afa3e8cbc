/** A small calibration with round numbers, for tests that need one whose thresholds are known by heart. */
const kind = {
  llr: { score: [0, 0.4, 0.6, 1], value: [-8, -2, 2, 10] },
  impostor: { rate: [1e-1, 1e-2, 1e-3, 1e-4, 1e-5], threshold: [0.3, 0.5, 0.6, 0.7, 0.75] },
  genuineBest: { quantile: [0.01, 0.05, 0.1, 0.25, 0.5], score: [0.4, 0.5, 0.6, 0.7, 0.8] },
};

export const calibrationNumbers = {
  mix: { text: 0.5 },
  tau: { image: 0.4, text: 0.1, mixed: 0.3 },
  calibration: { image: kind, text: kind, mixed: kind },
};
