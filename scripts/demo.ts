import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { playAgents } from './demo/agents';
import { DemoError } from './demo/client';
import { PRETENDED_TWILIO } from './demo/pretended-address';
import { createScreen } from './demo/screen';
import { playStory } from './demo/story';

const ABOUT = [
  'Plays one conversation against a running Parley and prints it as it happens: a customer in the webchat talks to the bot,',
  'goes on over WhatsApp, an agent joins, answers, wraps up and leaves, the bot asks how it was, the conversation closes and',
  'its archive is verified. Twilio is pretended by this command, on this machine; nothing leaves it. The command adds the',
  'channel demo-whatsapp and the connector demo-twilio to the configuration and leaves them there. With --agents it plays two agents',
  'and a supervisor instead: offers, a decline, a transfer, a forced logout, and the live board beside them.',
].join(' ');

interface Options {
  readonly url: string;
  readonly publicUrl?: string;
  readonly token?: string;
  readonly temporalUi: string;
  readonly channel: string;
  readonly agent: string;
  readonly agents?: boolean;
  readonly secondAgent: string;
  readonly supervisor: string;
  readonly twilioPort: number;
  readonly pause: number;
}

async function main(): Promise<void> {
  const { env } = process;
  const number = (text: string) => {
    if (/^\d+$/.test(text)) return Number(text);
    throw new InvalidArgumentError('It must be a number.');
  };
  const command = new Command('npm run demo --')
    .description(ABOUT)
    .option('--url <url>', 'where Parley answers', `http://127.0.0.1:${env['PORT'] ?? '8080'}`)
    .option(
      '--public-url <url>',
      'what provider signatures are computed over (default: PARLEY_PUBLIC_URL, else --url)',
    )
    .option(
      '--token <token>',
      'admin token (default: PARLEY_ADMIN_TOKEN, else <PARLEY_DATA_DIR>/admin-token)',
    )
    .option(
      '--temporal-ui <url>',
      'Temporal Web UI',
      `http://127.0.0.1:${env['EMBEDDED_TEMPORAL_UI_PORT'] ?? '8233'}`,
    )
    .option('--channel <id>', 'webchat channel', 'web')
    .option('--agent <id>', 'agent who joins', 'agt_ana')
    .option('--agents', 'play two agents and a supervisor at work with queues instead')
    .option('--second-agent <id>', 'the other one, with --agents', 'agt_ben')
    .option('--supervisor <id>', 'who watches, with --agents', 'sup_sara')
    .option('--twilio-port <port>', 'port of the pretended Twilio', number, PRETENDED_TWILIO.port)
    .option('--pause <ms>', 'pause between steps', number, process.stdout.isTTY ? 900 : 0);
  const options = command.parse().opts<Options>();
  const url = options.url.replace(/\/+$/, '');
  await assertReady(url);
  const story = {
    url,
    publicUrl: (options.publicUrl ?? env['PARLEY_PUBLIC_URL'] ?? url).replace(/\/+$/, ''),
    adminToken:
      options.token ??
      env['PARLEY_ADMIN_TOKEN'] ??
      storedToken(env['PARLEY_DATA_DIR'] ?? '.parley'),
    temporalUi: options.temporalUi || null,
    namespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
    channelId: options.channel,
    agentId: options.agent,
    twilioPort: options.twilioPort,
    pauseMs: options.pause,
    screen: createScreen(process.stdout),
  };
  const { secondAgent: secondAgentId, supervisor: supervisorId } = options;
  await (options.agents ? playAgents({ ...story, secondAgentId, supervisorId }) : playStory(story));
}

async function assertReady(url: string): Promise<void> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  if (!answer)
    throw new DemoError(
      `Nothing answers at ${url}. Start Parley with \`npm start\`, or name another address with --url.`,
    );
  if (!answer.ok) throw new DemoError(`Parley at ${url} is not ready yet: ${await answer.text()}`);
}

function storedToken(dataDir: string): string {
  const file = path.resolve(dataDir, 'admin-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new DemoError(
      `There is no admin token in ${file}. Give one with --token or PARLEY_ADMIN_TOKEN.`,
    );
  }
}

main().catch((error: unknown) => {
  const text = error instanceof DemoError ? error.message : error;
  console.error(text);
  process.exitCode = 1;
});
