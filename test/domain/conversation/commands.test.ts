import {
  aCreatedStory,
  agent,
  anActiveStory,
  bot,
  operator,
  Story,
  someSettings,
  text,
  voiceSettings,
} from '../../support/conversations';

describe('hold (domain.md 2.5)', () => {
  it.each([
    ['not PRIMARY', (s: Story) => s.holds('a9'), 'FORBIDDEN'],
    [
      'an ASSISTANT',
      (s: Story) => {
        s.joins('a2', 'ASSISTANT');
        return s.holds('a2');
      },
      'FORBIDDEN',
    ],
    ['0 s', (s: Story) => s.holds('a1', 0), 'VALIDATION_FAILED'],
    ['half seconds', (s: Story) => s.holds('a1', 1.5), 'VALIDATION_FAILED'],
    ['beyond the longest', (s: Story) => s.holds('a1', 86_401), 'VALIDATION_FAILED'],
    [
      'a transfer is open',
      (s: Story) => {
        s.transfers('a1', { queueId: 'billing' }, 'WARM');
        return s.holds('a1');
      },
      'ILLEGAL_STATE',
    ],
    [
      'the customer has left',
      (s: Story) => {
        s.endSession();
        return s.holds('a1');
      },
      'ILLEGAL_STATE',
    ],
    [
      'only a call is open',
      (s: Story) => {
        s.startSession({}, voiceSettings());
        s.endSession('web');
        return s.holds('a1');
      },
      'ILLEGAL_STATE',
    ],
  ] as const)('refused: %s', (_what, act, code) => {
    expect(act(anActiveStory()).refused?.code).toBe(code);
  });

  it('again while held: the due time is replaced', () => {
    const story = anActiveStory();
    story.holds('a1', 300);
    story.wait(100).joins('sup', 'OBSERVER', true);
    story.holds('a1', 900);
    expect(story.left('hold')).toBe(900);
    expect(story.entriesOf('CONVERSATION_PAUSED').map(({ data }) => data?.['extended'])).toEqual([
      false,
      true,
    ]);
    expect(story.controllerEvents().filter((type) => type === 'CONVERSATION_PAUSED')).toHaveLength(
      1,
    );
  });

  it('nothing else ends it', () => {
    const story = anActiveStory();
    story.holds('a1', 300);
    story.customerWrites();
    story.wrapsUp('a1');
    story.request('addNote', { actor: agent('a1'), kind: 'WHISPER', text: 'x' });
    story.request('updateData', { actor: agent('a1'), set: { a: 1 } });
    story.request('suggest', { actor: bot(), suggestionId: 's', body: text('x'), replyTo: null });
    story.apply({ type: 'agentActed', conversationId: 'cnv_1', agentId: 'a1' });
    story.joins('a2', 'ASSISTANT');
    story.consults('a1', { queueId: 'billing' });
    expect(story.state.state).toBe('ON_HOLD');
    expect(story.left('hold')).toBe(300);
  });

  it('resume without a hold is ILLEGAL_STATE', () => {
    expect(anActiveStory().resumes('a1').refused?.code).toBe('ILLEGAL_STATE');
    expect(anActiveStory().resumes('a9').refused?.code).toBe('FORBIDDEN');
  });
});

describe('wrap-up (domain.md 6.15)', () => {
  const label = { category: 'Topic', value: 'Billing' };
  it.each([
    ['no label', { labels: [] }, 'VALIDATION_FAILED'],
    ['six labels', { labels: Array.from({ length: 6 }, () => label) }, 'VALIDATION_FAILED'],
    ['a long note', { labels: [label], note: 'x'.repeat(2001) }, 'VALIDATION_FAILED'],
    ['skipped before it began', { labels: [], skip: true }, 'ILLEGAL_STATE'],
    ['a stranger', { actor: agent('a9'), labels: [label] }, 'FORBIDDEN'],
    [
      'five labels and a note',
      { labels: Array.from({ length: 5 }, () => label), note: 'x'.repeat(2000) },
      undefined,
    ],
  ] as const)('%s', (_what, change, code) => {
    const story = anActiveStory();
    const done = story.request('wrapUp', {
      actor: agent('a1'),
      note: null,
      skip: false,
      ...change,
    });
    expect(done.refused?.code).toBe(code);
  });

  it('any number while PRIMARY, none of them ends anything', () => {
    const story = anActiveStory();
    story.wrapsUp('a1');
    story.wrapsUp('a1');
    expect(story.entriesOf('WRAPUP_APPLIED')).toHaveLength(2);
    expect(story.role('a1')).toBe('PRIMARY');
  });
});

describe('conversation data (domain.md 2.6)', () => {
  const set = (story: Story, data: Record<string, unknown>, actor = agent('a1')) =>
    story.request('updateData', { actor, set: data });

  it('one update, one entry; null deletes; no change, no entry', () => {
    const story = anActiveStory();
    set(story, { a: 1, b: ['x', 'y'], c: true });
    expect(story.entries.at(-1)).toMatchObject({
      type: 'CONVERSATION_DATA_CHANGED',
      data: { set: { a: 1, b: ['x', 'y'], c: true }, deleted: [] },
      actor: { id: 'a1' },
    });
    set(story, { a: 1, b: null, none: null });
    expect(story.entries.at(-1)?.data).toEqual({ set: {}, deleted: ['b'] });
    const { lastSeq } = story.state;
    set(story, { a: 1, b: null });
    expect(story.state).toMatchObject({ lastSeq, data: { a: 1, c: true } });
  });

  it.each([
    ['an empty key', { '': 1 }],
    ['a key with a space', { 'a b': 1 }],
    ['a long key', { ['k'.repeat(65)]: 1 }],
    ['a key that is none', { constructor: 1 }],
    ['a long text', { a: 'x'.repeat(2001) }],
    ['a long list', { a: Array.from({ length: 51 }, () => 'x') }],
    ['a long text in a list', { a: ['x'.repeat(201)] }],
    ['a list of numbers', { a: [1] }],
    ['an object', { a: { b: 1 } }],
    ['no number', { a: Number.NaN }],
    ['51 keys', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, n]))],
    [
      '17 KiB',
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, 'x'.repeat(2000)])),
    ],
    [
      '16 KiB in bytes, not characters',
      Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`k${n}`, 'é'.repeat(1500)])),
    ],
  ])('refused: %s', (_what, data) => {
    expect(set(anActiveStory(), data).refused?.code).toBe('VALIDATION_FAILED');
  });

  it.each([
    [agent('a1'), undefined],
    [agent('a9'), 'FORBIDDEN'],
    [agent('sup', true), undefined],
    [bot(), undefined],
    [bot('stranger'), 'FORBIDDEN'],
    [operator, undefined],
  ])('by %j', (actor, code) => {
    expect(set(anActiveStory(), { a: 1 }, actor).refused?.code).toBe(code);
  });

  it('form answers that do not fit are left out, long ones cut', () => {
    const story = new Story();
    story.startSession({
      channelData: {
        formData: { ok: 'yes', 'not a key': 'x', long: 'x'.repeat(3000), nested: { a: 1 } },
      },
    });
    expect(Object.keys(story.state.data)).toEqual(['form.ok', 'form.long', 'form.nested']);
    expect(story.state.data['form.long']).toHaveLength(2000);
    expect(story.state.data['form.nested']).toBe('{"a":1}');
  });
});

describe('channel data (domain.md 3.1)', () => {
  const update = (story: Story, channelData: Record<string, string>) =>
    story.apply({
      type: 'channelDataUpdated',
      session: { channelId: 'web', customerIdentifier: 'visitor', eventKey: 'e', channelData },
    });

  it('a change adds one entry with what differs', () => {
    const story = new Story();
    story.startSession({ channelData: { browser: 'Chrome', locale: 'en' } });
    update(story, { browser: 'Chrome', locale: 'de' });
    expect(story.entries.at(-1)).toMatchObject({
      type: 'CHANNEL_SESSION_DATA_UPDATED',
      data: { set: { locale: 'de' } },
    });
    const { lastSeq } = story.state;
    update(story, { locale: 'de' });
    expect(story.state.lastSeq).toBe(lastSeq);
  });

  it('more than 16 KiB is not taken', () => {
    const story = aCreatedStory();
    update(story, { big: 'x'.repeat(16_384) });
    expect(story.session().channelData).toEqual({});
    const other = new Story();
    other.startSession({ channelData: { big: 'x'.repeat(16_384) } });
    expect(other.session().channelData).toEqual({});
  });

  it('nobody there: NOT_FOUND', () => {
    const story = aCreatedStory();
    story.endSession('wa');
    expect(story.last?.refused?.code).toBe('NOT_FOUND');
  });
});

describe('bounds', () => {
  it('the state stays bounded however often somebody comes and goes', () => {
    const story = anActiveStory(someSettings({ maxAssistants: 20 }));
    for (let n = 0; n < 120; n += 1) {
      story.agentSays('a1');
      story.joins('a2', 'ASSISTANT');
      story.leaves('a2');
      story.startSession({}, voiceSettings());
      story.endSession('phone');
    }
    const { sessions, participants, tasks, recent } = story.state;
    expect(sessions).toHaveLength(51);
    expect(participants.filter(({ leftAt }) => leftAt)).toHaveLength(50);
    expect(tasks.filter(({ state }) => state === 'CLOSED')).toHaveLength(20);
    expect(recent).toHaveLength(40);
    expect(story.task(1).media.length).toBeLessThanOrEqual(50);
    expect(
      sessions.filter(({ state }) => state === 'ENDED').every(({ settings }) => settings === null),
    ).toBe(true);
    expect(JSON.stringify(story.state).length).toBeLessThan(65_536);
  });

  it('what an event does not touch is shared, not copied', () => {
    const story = anActiveStory();
    const before = story.state;
    story.request('addNote', { actor: agent('a1'), kind: 'NOTE', text: 'x' });
    const after = story.state;
    for (const member of [
      'sessions',
      'participants',
      'tasks',
      'data',
      'settings',
      'control',
    ] as const)
      expect(after[member]).toBe(before[member]);
  });
});
