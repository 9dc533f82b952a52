/** A number from 0 to 2³²−1, other for other parts: the sample's only randomness. */
export function hash(first: number, second = 0, third = 0): number {
  return mix(mix(mix(first) ^ second) ^ third) >>> 0;
}

/** The same for text. */
export function hashText(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(state) >>> 0;
}

/** A hash as a fraction in [0, 1). */
export function fraction(hashed: number): number {
  return hashed / 0x1_0000_0000;
}

function mix(value: number): number {
  let mixed = value + 0x7f4a7c15;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
