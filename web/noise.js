// Takes the noise out of a voice, 10 ms at a time, where the browser makes sound: by RNNoise, as it was fetched.
const FRAME = 480, SCALE = 32768; // samples that RNNoise takes at a time, and how loud its loudest is

class Noise extends AudioWorkletProcessor {
  constructor({ processorOptions: { code } }) {
    super();
    // What it asks of its surroundings must give nothing back.
    const env = {
      emscripten_memcpy_big: (to, from, size) => void new Uint8Array(this.rnnoise.memory.buffer).copyWithin(to, from, from + size),
      emscripten_resize_heap: () => 0,
      __assert_fail: () => { throw new Error("RNNoise"); },
    };
    this.rnnoise = new WebAssembly.Instance(new WebAssembly.Module(code), { env }).exports;
    this.rnnoise.emscripten_stack_init();
    this.rnnoise.__wasm_call_ctors();
    this.state = this.rnnoise.rnnoise_create(0);
    [this.heard, this.given] = [0, 1].map(() => this.rnnoise.malloc(4 * FRAME));
    const memory = this.rnnoise.memory.buffer;
    [this.in, this.out] = [this.heard, this.given].map((place) => new Float32Array(memory, place, FRAME).fill(0));
    this.at = 0;
    this.open = true;
    this.port.onmessage = () => (this.open = false);
  }
  // What comes out was heard a frame ago.
  process([[input]], [[output]]) {
    for (let place = 0; place < output.length; place += 1) {
      output[place] = this.out[this.at] / SCALE;
      this.in[this.at] = (input?.[place] ?? 0) * SCALE;
      if (++this.at < FRAME) continue;
      this.rnnoise.rnnoise_process_frame(this.state, this.given, this.heard);
      this.at = 0;
    }
    return this.open;
  }
}
registerProcessor("webphone-noise", Noise);
