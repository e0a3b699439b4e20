'use strict';
// An echo server of Node's net, or with -tls of its tls.
//
//     node echo.js [-tls]
//
// It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS",
// and echoes until its standard input ends. With -tls it makes a certificate with
// openssl.

const net = require('node:net');

// serve echoes. Without a listener for 'drain', what a slow peer does not take would
// pile up: so reading stops until it has.
function serve(socket) {
  socket.on('data', (data) => {
    if (!socket.write(data)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy()); // a peer that goes away
}

// certificate has openssl make a key and a certificate.
function certificate() {
  const { execFileSync } = require('node:child_process');
  const pem = execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', '/CN=127.0.0.1', '-keyout', '-', '-out', '-'],
    { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return { key: pem, cert: pem };
}

function makeServer(args) {
  if (args.length === 0) return net.createServer({ noDelay: true }, serve);
  if (args.length === 1 && args[0] === '-tls') {
    return require('node:tls').createServer({ ...certificate(), noDelay: true }, serve);
  }
  process.stderr.write('usage: node echo.js [-tls]\n');
  return process.exit(2);
}

const server = makeServer(process.argv.slice(2));
server.on('tlsClientError', () => {}); // a client that breaks off its handshake
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const { address, port } = server.address();
  process.stdout.write(`listening ${address}:${port}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
