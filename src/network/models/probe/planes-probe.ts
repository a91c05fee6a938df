/** A network that is run to find out what its file does not say. */
export interface Probe {
  /** @throws SrganError E_MODEL where the network does not take planes of this size, or gives no RGB image */
  readonly run: (planes: Planes) => Promise<Planes>;
  readonly close: () => Promise<void>;
}

/** Three planes on the scale of the network. */
export interface Planes {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}
