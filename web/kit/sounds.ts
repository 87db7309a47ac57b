/** What a till sounds like: short, unlike each other, made on the spot so that there are no files to load. */

export type Sound = "added" | "paid" | "refused" | "attention";

interface Tone {
  hz: number;
  atMs: number;
  forMs: number;
  wave: OscillatorType;
}

const TONES: Record<Sound, readonly Tone[]> = {
  added: [{ hz: 1320, atMs: 0, forMs: 55, wave: "sine" }],
  paid: [
    { hz: 880, atMs: 0, forMs: 80, wave: "sine" },
    { hz: 1320, atMs: 90, forMs: 140, wave: "sine" },
  ],
  refused: [
    { hz: 220, atMs: 0, forMs: 130, wave: "square" },
    { hz: 165, atMs: 160, forMs: 220, wave: "square" },
  ],
  attention: [
    { hz: 740, atMs: 0, forMs: 90, wave: "triangle" },
    { hz: 740, atMs: 180, forMs: 90, wave: "triangle" },
    { hz: 988, atMs: 360, forMs: 150, wave: "triangle" },
  ],
};

const LOUDNESS: Record<OscillatorType, number> = { sine: 0.25, square: 0.12, triangle: 0.25, sawtooth: 0.1, custom: 0 };
const FADE_S = 0.008;

let context: AudioContext | null = null;

/** Browsers stay silent until the person has touched the page once; call this from that touch. */
export function unlockSounds(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

export function play(sound: Sound): void {
  if (!context || context.state !== "running") return;
  for (const tone of TONES[sound]) playTone(context, tone);
}

function playTone(audio: AudioContext, tone: Tone): void {
  const start = audio.currentTime + tone.atMs / 1000;
  const end = start + tone.forMs / 1000;
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS[tone.wave], start + FADE_S);
  volume.gain.setValueAtTime(LOUDNESS[tone.wave], end - FADE_S);
  volume.gain.linearRampToValueAtTime(0, end);
  const source = new OscillatorNode(audio, { type: tone.wave, frequency: tone.hz });
  source.connect(volume).connect(audio.destination);
  source.start(start);
  source.stop(end);
}
