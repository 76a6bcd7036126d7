import { Circuit } from '../../activities/circuit';

function aCircuit() {
  const time = { now: 1_000 };
  const circuit = new Circuit(() => time.now);
  const fail = (...parts: string[]) => parts.map((part) => circuit.failed('wa', part));
  return { time, circuit, fail };
}
const FIVE = ['a-1', 'b-1', 'c-1', 'd-1', 'e-1'];

describe('Circuit', () => {
  it('lets all go until five messages in a row were not taken', () => {
    const { circuit, fail } = aCircuit();
    expect(fail('a-1', 'b-1', 'c-1', 'd-1')).toEqual([false, false, false, false]);
    expect(circuit.waitMs('wa')).toBe(0);
    expect(fail('e-1')).toEqual([true]);
    expect(circuit.waitMs('wa')).toBe(5_000);
    expect(circuit.waitMs('sms')).toBe(0);
  });

  it('counts one message that keeps failing once', () => {
    const { circuit, fail } = aCircuit();
    fail(...Array.from({ length: 50 }, () => 'a-1'));
    expect(circuit.waitMs('wa')).toBe(0);
  });

  it('begins to count anew after any answer', () => {
    const { circuit, fail } = aCircuit();
    fail('a-1', 'b-1', 'c-1', 'd-1');
    circuit.answered('wa');
    expect(fail('e-1', 'f-1', 'g-1', 'h-1')).toEqual([false, false, false, false]);
  });

  it('sends one probe after the pause, and all once it succeeds', () => {
    const { circuit, fail, time } = aCircuit();
    fail(...FIVE);
    time.now += 5_000;
    expect([circuit.waitMs('wa'), circuit.waitMs('wa')]).toEqual([0, 20_000]);
    circuit.answered('wa');
    expect([circuit.waitMs('wa'), circuit.waitMs('wa')]).toEqual([0, 0]);
  });

  it('rests longer after each probe that fails, at most a minute, and tells once', () => {
    const { circuit, fail, time } = aCircuit();
    fail(...FIVE);
    const pauses = Array.from({ length: 6 }, () => {
      time.now += circuit.waitMs('wa');
      expect(circuit.waitMs('wa')).toBe(0);
      expect(fail('a-1')).toEqual([false]);
      return circuit.waitMs('wa');
    });
    expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it('rests as long as the provider asks', () => {
    const { circuit, fail } = aCircuit();
    fail(...FIVE.slice(1));
    circuit.failed('wa', 'a-1', 90_000);
    expect(circuit.waitMs('wa')).toBe(90_000);
  });

  it('sends another probe when one never comes back', () => {
    const { circuit, fail, time } = aCircuit();
    fail(...FIVE);
    time.now += 5_000;
    circuit.waitMs('wa');
    time.now += 20_000;
    expect(circuit.waitMs('wa')).toBe(0);
  });
});
