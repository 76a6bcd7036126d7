import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EmulatorOptions } from 'emulate';

export interface EmulatedTwilio {
  readonly url: string;
  /** A customer writes to the number. */
  receive(message: {
    readonly From: string;
    readonly To: string;
    readonly Body: string;
  }): Promise<void>;
  /** The carrier reports on an outbound message. */
  report(messageSid: string, status: string): Promise<void>;
  close(): void;
}

/** The package ships an ES module only, which Jest cannot load: it runs in a process of its own. */
const PROGRAM = `
  import { createEmulator } from 'emulate';
  const twilio = await createEmulator(JSON.parse(process.argv[1]));
  console.log(twilio.url);
  process.stdin.on('end', () => process.exit()).resume();
`;

/** Twilio as the `emulate` package plays it: a REST API, and hooks that are properly signed. */
export async function startEmulatedTwilio(account: {
  readonly accountSid: string;
  readonly authToken: string;
  readonly number: string;
  readonly smsUrl: string;
}): Promise<EmulatedTwilio> {
  const { accountSid, authToken, number, smsUrl } = account;
  const options: EmulatorOptions = {
    service: 'twilio',
    port: 0,
    seed: {
      twilio: {
        account: { sid: accountSid, auth_token: authToken },
        phone_numbers: [{ phone_number: number, sms_url: smsUrl }],
      },
    },
  };
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, JSON.stringify(options)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on(
      'line',
      (line) => line.startsWith('http') && resolve(line.trim()),
    );
    child.once('exit', () => reject(new Error('the emulator did not start')));
  });
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  async function simulate(what: string, form: Record<string, string>): Promise<void> {
    const body = new URLSearchParams(form);
    const answer = await fetch(`${url}/_twilio/simulate/${what}`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  }
  return {
    url,
    receive: (message) => simulate('inbound-message', message),
    report: (messageSid, status) =>
      simulate('message-status', { MessageSid: messageSid, Status: status }),
    close: () => child.stdin.end(),
  };
}
