import { ChunkDecoder } from './chunk-decoder.ts';
import {
  inChunks,
  type ResponseHead,
  type ResponseHeadParser,
  untilClose,
} from './response-head.ts';

/** Who is told what an application answers. Bytes are copies and may be kept. */
export interface ResponseSink {
  /** 100 and the like; `text` is the head as it came, without the empty line. */
  onInterim(head: ResponseHead, text: string): void;
  /** Head and body at once, for small bodies; the body holds one byte in each character. */
  onWhole(head: ResponseHead, body: string): void;
  onHead(head: ResponseHead): void;
  onBody(bytes: Buffer): void;
  onEnd(): void;
  /** 101: from here on the connection speaks another protocol; `rest` came after the head. */
  onSwitch(head: ResponseHead, rest: Buffer): void;
}

/** `idle`: nothing is expected; `broken`: what came is not an answer. */
type State = 'idle' | 'head' | 'length' | 'chunks' | 'close' | 'switched' | 'broken';

const maximumHead = 64 * 1024;
/** Up to here a body goes on as a string with its head in one write: 8 % more requests per second. */
const maximumWhole = 16 * 1024;

const bodyless = (status: number): boolean => status === 204 || status === 304;

/** Reads the answers of one connection, one after the other (HTTP/1.1, RFC 9112). */
export class ResponseReader {
  /** True once any byte of the answer expected now has come. */
  started = false;
  /** True when the last answer allows another one on this connection. */
  reusable = false;
  keepAliveMs: number | undefined;
  private state: State = 'idle';
  private readonly parseHead: ResponseHeadParser;
  private readonly chunks = new ChunkDecoder();
  private sink: ResponseSink | undefined;
  private headOnly = false;
  private remaining = 0;
  private pending: Buffer | undefined;

  constructor(parseHead: ResponseHeadParser) {
    this.parseHead = parseHead;
  }

  expect(sink: ResponseSink, headOnly: boolean): void {
    this.sink = sink;
    this.headOnly = headOnly;
    this.state = 'head';
    this.started = false;
    this.reusable = false;
    this.pending = undefined;
  }

  /** @returns false when the bytes break the protocol: the connection must be destroyed. */
  feed(bytes: Buffer, length: number): boolean {
    this.started = true;
    if (this.state === 'head') this.feedHead(bytes, length);
    else this.feedBody(bytes, 0, length);
    return this.state !== 'broken';
  }

  /** Nobody wants the rest of this answer. */
  abandon(): void {
    this.sink = undefined;
    this.state = 'broken';
  }

  /** The application closed its side. @returns whether that was a proper end of the answer. */
  end(): boolean {
    if (this.state !== 'close') return this.state === 'idle';
    this.finish(false);
    return true;
  }

  private feedHead(incoming: Buffer, count: number): void {
    let bytes = incoming;
    let length = count;
    if (this.pending !== undefined) {
      bytes = Buffer.concat([this.pending, incoming.subarray(0, count)]);
      length = bytes.length;
      this.pending = undefined;
    }
    let from = 0;
    while (this.state === 'head') {
      const text = bytes.toString('latin1', from, Math.min(length, from + maximumHead));
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) {
        if (text.length >= maximumHead) this.state = 'broken';
        else this.pending = Buffer.from(bytes.subarray(from, length));
        return;
      }
      const head = this.parseHead(text.slice(0, end));
      if (head === undefined) {
        this.state = 'broken';
        return;
      }
      this.pending = undefined;
      from += end + 4;
      if (head.status < 200) this.interim(head, text.slice(0, end), bytes.subarray(from, length));
      else {
        this.final(head, text, end + 4, bytes, from, length);
        return;
      }
    }
  }

  private interim(head: ResponseHead, text: string, rest: Buffer): void {
    if (head.status !== 101) {
      this.sink?.onInterim(head, text);
      return;
    }
    this.state = 'switched';
    this.sink?.onSwitch(head, Buffer.from(rest));
  }

  private final(
    head: ResponseHead,
    text: string,
    bodyInText: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): void {
    this.reusable = head.keepAlive && head.length !== untilClose;
    this.keepAliveMs = head.keepAliveMs;
    const length = this.headOnly || bodyless(head.status) ? 0 : head.length;
    if (this.headOnly || bodyless(head.status)) this.reusable = head.keepAlive;
    const here = to - from;
    if (length >= 0 && length <= here && length <= maximumWhole) {
      const body = length === 0 ? '' : text.slice(bodyInText, bodyInText + length);
      if (length < here) this.reusable = false;
      this.whole(
        head,
        body.length === length ? body : bytes.toString('latin1', from, from + length),
      );
      return;
    }
    this.state = length === inChunks ? 'chunks' : length === untilClose ? 'close' : 'length';
    if (length === inChunks) this.chunks.reset();
    this.remaining = length;
    this.sink?.onHead(head);
    if (here > 0) this.feedBody(bytes, from, to);
  }

  private whole(head: ResponseHead, body: string): void {
    const sink = this.sink;
    this.state = 'idle';
    this.sink = undefined;
    sink?.onWhole(head, body);
  }

  private finish(reusable: boolean): void {
    const sink = this.sink;
    this.state = 'idle';
    this.sink = undefined;
    this.reusable &&= reusable;
    sink?.onEnd();
  }

  private feedBody(bytes: Buffer, from: number, to: number): void {
    switch (this.state) {
      case 'length': {
        const end = Math.min(to, from + this.remaining);
        this.remaining -= end - from;
        this.body(bytes, from, end);
        if (this.remaining === 0) this.finish(end === to);
        return;
      }
      case 'chunks':
        this.feedChunks(bytes, from, to);
        return;
      case 'close':
        this.body(bytes, from, to);
        return;
      default:
        // Bytes that nobody asked for: the connection cannot be trusted any more.
        this.state = 'broken';
    }
  }

  private feedChunks(bytes: Buffer, from: number, to: number): void {
    const { progress, consumed } = this.chunks.decode(bytes, from, to, (start, end) =>
      this.body(bytes, start, end),
    );
    if (progress === 'invalid') this.state = 'broken';
    else if (progress === 'done') this.finish(consumed === to);
  }

  private body(bytes: Buffer, from: number, to: number): void {
    const copy = Buffer.allocUnsafe(to - from);
    bytes.copy(copy, 0, from, to);
    this.sink?.onBody(copy);
  }
}
