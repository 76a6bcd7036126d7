import { ActionIcon, Tooltip } from '@mantine/core';
import { Volume2, VolumeX } from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../shared/i18n/locale';
import { prefer, preference } from '../shared/session';

let context: AudioContext | null = null;

/** Browsers let nothing sound, and complain about whoever tries, before the first click or key: the means are made with it. */
function awaken(): void {
  if (navigator.userActivation?.isActive === false) return; // Escape alone, or a modifier
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
  } catch {
    // No sound is no reason to stop.
  }
}
for (const gesture of ['pointerup', 'keydown']) addEventListener(gesture, awaken, true);

/** A short tone; `offer` rises, `message` is single and soft. Silent where sounds are off or the browser wants a click first. */
export function play(sound: 'offer' | 'message'): void {
  if (context?.state !== 'running' || !preference('sounds', true)) return;
  try {
    const [low, high] = sound === 'message' ? [520, null] : [660, 880];
    tone(context, low, 0);
    if (high !== null) tone(context, high, 0.16);
  } catch {
    // No sound is no reason to stop.
  }
}

function tone(audio: AudioContext, pitch: number, after: number): void {
  const at = audio.currentTime + after;
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.12, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.32);
}

export function SoundSwitch() {
  const { t } = useLocale();
  const [on, setOn] = useState(() => preference('sounds', true));
  const label = t(on ? 'sound.off' : 'sound.on');
  function change(): void {
    prefer('sounds', !on);
    setOn(!on);
    if (!on) play('message');
  }
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={change}>
        {on ? <Volume2 aria-hidden size={18} /> : <VolumeX aria-hidden size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
