import nodeDataChannel from 'node-datachannel';
import { run } from './webrtc-work.mjs';

function wrap(channel) {
  let deliver = null;
  const waiting = [];
  channel.onMessage(data => deliver ? deliver(data) : waiting.push(data));
  return {
    label: channel.getLabel(),
    onMessage(handler) { deliver = handler; for (const data of waiting.splice(0)) handler(data); },
    send(data) { if (typeof data === 'string') channel.sendMessage(data); else channel.sendMessageBinary(data); },
    buffered: () => channel.bufferedAmount(),
    drained: low => channel.bufferedAmount() <= low ? new Promise(setImmediate) : new Promise(resolve => {
      channel.setBufferedAmountLowThreshold(low);
      channel.onBufferedAmountLow(resolve);
      if (channel.bufferedAmount() <= low) resolve();
    }),
  };
}

let number = 0;
run(async () => {
  const pc = new nodeDataChannel.PeerConnection(`peer${number++}`, { iceServers: [] });
  const gathered = new Promise(resolve => pc.onGatheringStateChange(state => state === 'complete' && resolve()));
  return {
    async offer(label) {
      const channel = pc.createDataChannel(label);
      const wrapped = wrap(channel);
      const opened = new Promise(resolve => channel.onOpen(() => resolve(wrapped)));
      await gathered;
      return { sdp: pc.localDescription().sdp, opened };
    },
    async answer(sdp, onChannel) {
      pc.onDataChannel(channel => onChannel(wrap(channel)));
      pc.setRemoteDescription(sdp, 'offer');
      await gathered;
      return pc.localDescription().sdp;
    },
    async accept(sdp) { pc.setRemoteDescription(sdp, 'answer'); },
    close() { pc.close(); },
  };
});
