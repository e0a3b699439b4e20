//go:build unix

package rows_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

func BenchmarkTLS(b *testing.B) { row.Bench(b, tlsRows()) }
func TestTLS(t *testing.T)      { row.Test(t, tlsRows()) }

// tlsRows are the rows of echo under TLS 1.3, and whole connections that end after the
// handshake: connect, handshake, close, with both sides in this process.
func tlsRows() []row.Row {
	var rows []row.Row
	for _, c := range []crowd{{1, 64, 1}, {100, 64, 1}, {100, 16 << 10, 1}} {
		rows = append(rows, row.Row{Name: "echo/" + c.String(), Size: c.conns * c.size * c.depth, Contenders: []row.Contender{
			{Name: "spindle", Start: func(s row.Setup) row.Run {
				server, client := configs(s, tls.VersionTLS13)
				return drive(s, c, echoSpindle(s, server), client)
			}},
			{Name: "gonet", Start: func(s row.Setup) row.Run {
				server, client := configs(s, tls.VersionTLS13)
				return drive(s, c, echoGonet(s, server), client)
			}},
		}})
	}
	return append(rows, handshakeRow("handshake/1.3", tls.VersionTLS13), handshakeRow("handshake/1.2", tls.VersionTLS12))
}

// handshakeRow has the negotiated version as its result.
func handshakeRow(name string, version uint16) row.Row {
	return row.Row{Name: name, Want: int(version), Contenders: []row.Contender{
		{Name: "spindle", Start: func(s row.Setup) row.Run {
			server, client := configs(s, version)
			return handshakes(echoSpindle(s, server), client)
		}},
		{Name: "gonet", Start: func(s row.Setup) row.Run {
			server, client := configs(s, version)
			return handshakes(echoGonet(s, server), client)
		}},
	}}
}

// handshakes connects again and again. No session is resumed.
func handshakes(address string, cfg *tls.Config) row.Run {
	return func(n int) int {
		version := 0
		for range n {
			c, err := dial(address, cfg)
			if err != nil {
				return -1
			}
			version = int(c.(*tls.Conn).ConnectionState().Version)
			_ = c.Close() // of a peer that may have gone, since nothing is said
		}
		return version
	}
}

// configs are for a server and for a client that takes its certificate, both of the
// one version.
func configs(s row.Setup, version uint16) (server, client *tls.Config) {
	server, err := selfsigned.Config()
	if err != nil {
		s.Fatal(err)
	}
	cert, err := x509.ParseCertificate(server.Certificates[0].Certificate[0])
	if err != nil {
		s.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AddCert(cert)
	server.MinVersion, server.MaxVersion = version, version
	client = &tls.Config{RootCAs: known, ServerName: "127.0.0.1", MinVersion: version, MaxVersion: version}
	return server, client
}
