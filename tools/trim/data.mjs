// The data that goes with the code: tables that only functions read which are gone, and those of
// unicodedata, which come with the second archive of the library.

/** Blocks of memory that nothing reads any more: [first address, end, what is there]. */
const DEAD = [
  [800544, 1391264, "the codecs of East Asia"],
  [2714884, 2740384, "lzma, zstd, bz2"],
  [2754832, 2783488, "sqlite"],
  [2803519, 2816624, "crypt"],
  [2823166, 2962526, "iconv"],
  [3001056, 3016608, "libc++: reading decimal fractions"],
  [3046720, 3132160, "libc++: writing them"],
];

/** Blocks that come later, each read by one built-in module only: [first address, end, that module]. */
const LATER = [[1391264, 2097904, "unicodedata"]];

// Numbers in living code that would be addresses there: limits of Unicode and of sizes.
const NUMBERS = new Set([
  0xe2080, 0xf0000, 0xf0200, 999_999, 1_000_000, 1_000_003, 0xffc00, 0xfff00, 0xfffff, 0x100000, 0x100001, 0x100004,
  0x100b83, 0x101000, 0x10ffff, 0x110000, 0x120000, 0x155557, 0x19660d, 0x1c0000, 0x200000, 0x200003,
]);

/** Refuses to empty what a living function names; `unitOf` tells to which built-in module it belongs. */
function proved(module, living, unitOf) {
  const blocks = [...DEAD, ...LATER];
  for (const index of living)
    for (const address of module.walked(index).named) {
      const block = blocks.find(([from, to]) => from <= address && address < to);
      if (!block || NUMBERS.has(address) || (LATER.includes(block) && unitOf(index) === block[2])) continue;
      throw new Error(`function ${index} names ${address}, which is in the data of ${block[2]}`);
    }
}

/** Empties the blocks; gives those that come later: [[module, address, bytes]]. */
export function cutData(module, living, unitOf) {
  proved(module, living, unitOf);
  for (const [from, to] of DEAD) module.empty(from, to);
  return LATER.map(([from, to, reader]) => [reader, from, module.empty(from, to)]);
}
