/** The text with each [old, fresh] of the pairs replaced; an error where `who` does not say one exactly once. */
export function once(who, text, pairs) {
  for (const [old, fresh] of pairs) {
    const parts = text.split(old);
    if (parts.length !== 2) throw new Error(`${who} does not say ${old} exactly once`);
    text = parts.join(fresh);
  }
  return text;
}
