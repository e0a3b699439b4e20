package selfsigned_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

// shake has a client and the server shake hands in memory.
func shake(t *testing.T, server, client *tls.Config) error {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	done := make(chan error, 1)
	go func() { done <- tls.Server(a, server).Handshake() }()
	err := tls.Client(b, client).Handshake()
	b.Close()
	return errors.Join(err, <-done)
}

func TestHandshake(t *testing.T) {
	server, err := selfsigned.Config()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(server.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	if err := shake(t, server, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}); err != nil {
		t.Error("who trusts it:", err)
	}
	if err := shake(t, server, &tls.Config{ServerName: "127.0.0.1"}); err == nil {
		t.Error("the certificate is trusted by everybody")
	}
}
