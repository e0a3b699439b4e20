package netx_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority makes one that nobody else trusts.
func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	cert := sign(t, template, template, key.Public(), key)
	return &authority{cert: cert, key: key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// pool is the authority as somebody to trust.
func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// issue makes a certificate for names and addresses, which may be changed before
// it is signed.
func (a *authority) issue(t testing.TB, key crypto.Signer, change func(*x509.Certificate), names ...string) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	if change != nil {
		change(template)
	}
	cert := sign(t, template, a.cert, key.Public(), a.key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

// trust is an authority with certificates for this machine, made once for all
// tests.
type trust struct {
	*authority
	server tls.Certificate // ECDSA
	rsa    tls.Certificate // with an RSA key
	client tls.Certificate
}

var trusted = sync.OnceValue(func() *trust { // a key of RSA takes a while to be made
	t := &fatalTB{}
	a := newAuthority(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &trust{
		authority: a,
		server:    a.issue(t, newKey(t), nil, "localhost", "127.0.0.1", "::1"),
		rsa:       a.issue(t, key, nil, "localhost", "127.0.0.1"),
		client:    a.issue(t, newKey(t), nil, "a client"),
	}
})

// fatalTB is for what is made outside of a test.
type fatalTB struct{ testing.TB }

func (*fatalTB) Helper()           {}
func (*fatalTB) Fatal(args ...any) { panic(args) }

// both is a configuration that is good for either side, on this machine.
func both() *tls.Config {
	t := trusted()
	return &tls.Config{Certificates: []tls.Certificate{t.server}, RootCAs: t.pool(), ServerName: "localhost"}
}

// only12 is both, for TLS 1.2.
func only12() *tls.Config {
	cfg := both()
	cfg.MaxVersion = tls.VersionTLS12
	return cfg
}

// files writes a certificate and its key, and the authority, as openssl reads
// them.
func (a *authority) files(t testing.TB, cert tls.Certificate) (certFile, keyFile, caFile string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return write("cert.pem", "CERTIFICATE", cert.Certificate[0]),
		write("key.pem", "PRIVATE KEY", key),
		write("ca.pem", "CERTIFICATE", a.cert.Raw)
}
