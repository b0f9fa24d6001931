import { type RouterAnswer, renderAnswer } from './answer-page.ts';
import { clientTooSlow, refused } from './fallback.ts';
import type { Peer } from './peer.ts';

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function answerFor(error: NodeJS.ErrnoException): RouterAnswer | undefined {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return clientTooSlow;
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return refused(431, 'The head of the request is larger than 32 KiB.');
  return error.code?.startsWith('HPE_') === true
    ? refused(400, 'This is not a well-formed HTTP/1.1 request.')
    : undefined;
}

/**
 * Answers a client whose bytes the parser refused, and closes its connection. What else it sent is unsafe
 * to read: that is how requests are smuggled.
 */
export function refuseConnection(
  error: NodeJS.ErrnoException,
  peer: Peer,
  requestId: string,
  closeAt: number,
): RouterAnswer | undefined {
  const { socket } = peer;
  if (peer.refused) return undefined;
  const answer = answerFor(error);
  // An answer under way would get this one in its middle.
  if (answer === undefined || peer.work.length > 0 || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const { headers, body } = renderAnswer(answer, undefined, requestId);
  let text = `HTTP/1.1 ${answer.status} ${reasons[answer.status]}\r\nConnection: close\r\n`;
  for (let index = 0; index < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  peer.closeBy(closeAt);
  socket.end(`${text}\r\n${body}`);
  return answer;
}
