// A bittorrent-dht node (webtorrent) driven by the JSON lines of `jangbu dht --stdio`. Arguments: the address:port of a node to join through.
import crypto from 'node:crypto'
import readline from 'node:readline'
import DHT from 'bittorrent-dht'

const spki = Buffer.from('302a300506032b6570032100', 'hex')
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicKey = raw => crypto.createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' })
const privateKey = seed => crypto.createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
const rawPublic = key => crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12)

const dht = new DHT({
  bootstrap: process.argv[2] ? [process.argv[2]] : false,
  verify: (signature, message, key) => crypto.verify(null, message, publicKey(key), signature)
})
const salt = c => c.salt_hex ? Buffer.from(c.salt_hex, 'hex') : c.salt ? Buffer.from(c.salt) : undefined
const target = (key, s) => crypto.createHash('sha1').update(s ? Buffer.concat([key, s]) : key).digest()
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const call = run => new Promise(resolve => run((error, ...values) => resolve([error, ...values])))

async function handle (c) {
  switch (c.cmd) {
    case 'add_node': {
      const [host, port] = c.address.split(':')
      dht.addNode({ host, port: Number(port) })
      return { ok: true }
    }
    case 'wait_nodes': {
      const end = Date.now() + (c.timeout ?? 30) * 1000
      while (dht.toJSON().nodes.length < c.n && Date.now() < end) await sleep(50)
      return { ok: dht.toJSON().nodes.length >= c.n, nodes: dht.toJSON().nodes.length }
    }
    case 'put_mutable': {
      const key = privateKey(Buffer.from(c.sk, 'hex'))
      const k = rawPublic(key)
      const item = { k, v: Buffer.from(c.value, 'hex'), seq: c.seq, sign: message => crypto.sign(null, message, key) }
      const s = salt(c)
      if (s) item.salt = s
      const [error, hash, stored] = await call(done => dht.put(item, done))
      return { ok: !error && stored > 0, stored: stored ?? 0, error: error?.message, pk: k.toString('hex'), target: hash?.toString('hex'), seq: c.seq }
    }
    case 'get_mutable': {
      const s = salt(c)
      const [error, found] = await call(done => dht.get(target(Buffer.from(c.pk, 'hex'), s), { salt: s, cache: false }, done))
      return { ok: !error && !!found, value: found ? Buffer.from(found.v).toString('hex') : '', seq: found?.seq }
    }
    case 'put_immutable': {
      const [error, hash, stored] = await call(done => dht.put({ v: Buffer.from(c.value, 'hex') }, done))
      return { ok: !error && stored > 0, stored: stored ?? 0, target: hash?.toString('hex'), error: error?.message }
    }
    case 'get_immutable': {
      const [error, found] = await call(done => dht.get(Buffer.from(c.target, 'hex'), { cache: false }, done))
      return { ok: !error && !!found, value: found ? Buffer.from(found.v).toString('hex') : '' }
    }
    case 'announce': {
      const [error] = await call(done => dht.announce(Buffer.from(c.infohash, 'hex'), c.port, done))
      return { ok: !error, error: error?.message }
    }
    case 'get_peers': {
      const peers = []
      const listen = (peer, hash) => { if (hash.toString('hex') === c.infohash) peers.push(`${peer.host}:${peer.port}`) }
      dht.on('peer', listen)
      await call(done => dht.lookup(Buffer.from(c.infohash, 'hex'), done))
      dht.off('peer', listen)
      return { ok: peers.length > 0, peers }
    }
  }
  return { ok: false, error: 'unknown cmd' }
}

dht.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ event: 'ready', port: dht.address().port })))
for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  if (command.cmd === 'quit') break
  const answer = await handle(command).catch(error => ({ ok: false, error: String(error) }))
  console.log(JSON.stringify({ ...answer, id: command.id }))
}
process.exit(0)
