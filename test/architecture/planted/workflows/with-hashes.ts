import { eventKey } from '../domain/message/event-key';

export const key = eventKey('a');
