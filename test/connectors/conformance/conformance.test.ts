import { PROVIDERS } from '../../../connectors';
import { useDatabase } from '../../support/servers';
import { email } from './described/email';
import { http, httpCalls } from './described/http';
import { line } from './described/line';
import { instagram, messenger } from './described/messenger';
import { telegram } from './described/telegram';
import { twilioCalls, twilioSms, twilioWhatsapp } from './described/twilio';
import { viber } from './described/viber';
import { dialog360, whatsappCloud } from './described/whatsapp';
import { conformance } from './kit';

const DESCRIBED = [
  http,
  httpCalls,
  email,
  twilioSms,
  twilioCalls,
  twilioWhatsapp,
  whatsappCloud,
  dialog360,
  messenger,
  instagram,
  viber,
  telegram,
  line,
];

it('every channel of every provider that sends is described', () => {
  const offered = PROVIDERS.filter(({ delivery }) => delivery === 'SEND').flatMap(
    ({ id, channelTypes }) => channelTypes.map((channelType) => `${id} ${channelType}`),
  );
  const described = DESCRIBED.map(
    ({ connector, channel }) => `${connector.id} ${channel.channelType}`,
  );
  expect(described.sort()).toEqual(offered.sort());
});

const database = useDatabase();
for (const description of DESCRIBED) conformance(description, database);
