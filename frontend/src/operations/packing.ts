/** Whether this browser can pack and unpack. */
export const canPack = 'CompressionStream' in globalThis && 'DecompressionStream' in globalThis;

/** `text` in UTF-8, by gzip. */
export async function pack(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The text again; null when it is no such thing, or longer than `most` bytes. */
export async function unpack(bytes: Uint8Array, most: number): Promise<string | null> {
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const [decoder, texts] = [new TextDecoder(), [] as string[]];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return texts.join('') + decoder.decode();
      length += value.length;
      // A few kilobytes can unpack to more than a phone has.
      if (length > most) return await reader.cancel().then(() => null);
      texts.push(decoder.decode(value, { stream: true }));
    }
  } catch {
    return null;
  }
}
