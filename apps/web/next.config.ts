import type { NextConfig } from "next";

const config: NextConfig = {
  compress: false, // a compressed stream arrives in lumps
  poweredByHeader: false,
  devIndicators: false,
  turbopack: { root: import.meta.dirname },
};

export default config;
