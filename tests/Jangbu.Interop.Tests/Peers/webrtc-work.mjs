// The work every WebRTC stack does in the comparison and the interop tests: the same as bench/DataChannelPeer.
// A stack gives `connect()`, which returns { offer(label), answer(sdp, onChannel), accept(sdp), close() } with all gathering done in the SDP.
import readline from 'node:readline';

export function run(connect) {
  const [role, mode] = process.argv.slice(2);
  const options = {};
  for (let i = role === 'offerer' ? 4 : 3; i + 1 < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = Number(process.argv[i + 1]);
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const print = object => process.stdout.write(JSON.stringify(object) + '\n');
  const read = async () => { const line = await lines.next(); return line.done ? null : JSON.parse(line.value); };
  (role === 'answerer' ? answerer(connect, read, print) : offerer(connect, read, print, mode, options))
    .then(() => process.exit(0), error => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
}

async function answerer(connect, read, print) {
  let connection = null;
  for (let line = await read(); line !== null; line = await read()) {
    connection?.close();
    connection = await connect();
    print({ type: 'answer', sdp: await connection.answer(line.sdp, serve) });
  }
  connection?.close();
}

function serve(channel) {
  let bytes = 0;
  channel.onMessage(data => {
    if (channel.label !== 'sink') channel.send(data);
    else if (data === 'END') channel.send(JSON.stringify({ bytes }));
    else bytes += data.length;
  });
}

async function offerer(connect, read, print, mode, options) {
  const started = performance.now();
  if (mode === 'setup') return setup(connect, read, print, options.count ?? 20);
  const { connection, channel } = await open(connect, read, print, mode === 'tput' ? 'sink' : 'echo');
  if (mode === 'echo') print(await echo(channel, options.n ?? 100, options.size ?? 1024, options.spread ?? 0));
  if (mode === 'tput') print(await throughput(channel, options.size ?? 16384, options.total ?? 1e9, options.secs ?? 5));
  if (mode === 'rtt') print(await roundTrips(channel, options.size ?? 1024, options.window ?? 1, options.secs ?? 5));
  connection.close();
  return started;
}

async function open(connect, read, print, label) {
  const connection = await connect();
  const { sdp, opened } = await connection.offer(label);
  print({ type: 'offer', sdp });
  await connection.accept((await read()).sdp);
  return { connection, channel: await opened };
}

async function setup(connect, read, print, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const { connection, channel } = await open(connect, read, print, 'echo');
    await new Promise(resolve => { channel.onMessage(resolve); channel.send('x'); });
    times.push(performance.now() - start);
    connection.close();
  }
  times.sort((a, b) => a - b);
  const at = part => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  print({ median_ms: at(0.5), min_ms: times[0], p90_ms: at(0.9), max_ms: times[times.length - 1] });
}

export function message(i, size) {
  const data = Buffer.alloc(size);
  for (let k = 0; k < size; k++) data[k] = (31 * i + k) % 256;
  for (let k = 0; k < 4 && k < size; k++) data[k] = (i >>> (24 - 8 * k)) & 255;
  return data;
}

async function echo(channel, n, size, spread) {
  // 2 leaves out empty messages, which werift cannot send.
  const sizeOf = i => spread === 2 ? 1 + (i * 7919) % size : spread ? (i * 7919) % (size + 1) : size;
  let echoed = 0, bad = 0, sent = 0, done;
  const finished = new Promise(resolve => { done = resolve; });
  const send = () => { channel.send(message(sent, sizeOf(sent))); sent++; };
  channel.onMessage(data => {
    if (!Buffer.isBuffer(data) || !data.equals(message(echoed, sizeOf(echoed)))) bad++;
    echoed++;
    if (sent < n) send();
    if (echoed === n) done();
  });
  for (let i = 0; i < Math.min(n, 16); i++) send();
  await finished;
  return { ok: bad === 0, echoed, bad };
}

async function throughput(channel, size, total, secs) {
  const data = Buffer.alloc(size, 7), start = performance.now();
  const answered = new Promise(resolve => channel.onMessage(text => resolve(JSON.parse(text))));
  let sent = 0;
  while (sent < total && performance.now() - start < secs * 1000) {
    while (channel.buffered() < 4 << 20 && sent < total) { channel.send(data); sent += size; }
    await channel.drained(1 << 20);
  }
  channel.send('END');
  const { bytes } = await answered;
  return { mb_per_s: bytes / 1e3 / (performance.now() - start), bytes };
}

async function roundTrips(channel, size, window, secs) {
  const data = Buffer.alloc(size, 7), start = performance.now();
  let count = 0, done;
  const finished = new Promise(resolve => { done = resolve; });
  channel.onMessage(() => {
    count++;
    if (performance.now() - start >= secs * 1000) done();
    else channel.send(data);
  });
  for (let i = 0; i < window; i++) channel.send(data);
  await finished;
  return { per_s: count / ((performance.now() - start) / 1000), count };
}
