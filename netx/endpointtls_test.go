package netx_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// certificateFiles writes a certificate for localhost that signed itself, its key,
// and both in one file, and returns the folder.
func certificateFiles(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"cert.pem": cert, "key.pem": private, "both.pem": slices.Concat(private, cert), "none.pem": []byte("none"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTLSArguments(t *testing.T) {
	dir := certificateFiles(t)
	file := func(name string) string { return netx.QuoteEndpoint(filepath.Join(dir, name)) }
	files := strings.NewReplacer("CERT", file("cert.pem"), "KEY", file("key.pem"), "BOTH", file("both.pem"),
		"NONE", file("none.pem"), "MISSING", file("missing.pem"))
	for name, tt := range map[string]struct {
		args   string
		server bool
		says   string // of the error
		check  func(c *tls.Config) bool
	}{
		"a client": {"", false, "", func(c *tls.Config) bool {
			return c.ServerName == "example.com" && c.MinVersion == tls.VersionTLS12 && c.RootCAs == nil && len(c.Certificates) == 0
		}},
		"another name":         {":servername=localhost", false, "", func(c *tls.Config) bool { return c.ServerName == "localhost" }},
		"authorities":          {":ca=CERT", false, "", func(c *tls.Config) bool { return c.RootCAs != nil && c.ClientCAs == nil }},
		"a client certificate": {":cert=CERT:key=KEY", false, "", func(c *tls.Config) bool { return len(c.Certificates) == 1 }},
		"protocols":            {":alpn=h2,http/1.1", false, "", func(c *tls.Config) bool { return slices.Equal(c.NextProtos, []string{"h2", "http/1.1"}) }},
		"a version":            {":minversion=1.3", false, "", func(c *tls.Config) bool { return c.MinVersion == tls.VersionTLS13 }},
		"the other version":    {":minversion=1.2", false, "", func(c *tls.Config) bool { return c.MinVersion == tls.VersionTLS12 }},
		"a server": {":cert=CERT:key=KEY", true, "", func(c *tls.Config) bool {
			return len(c.Certificates) == 1 && c.ServerName == "" && c.ClientAuth == tls.NoClientCert
		}},
		"a server with one file": {":cert=BOTH", true, "", func(c *tls.Config) bool { return len(c.Certificates) == 1 }},
		"a server that checks": {":cert=BOTH:ca=CERT", true, "", func(c *tls.Config) bool {
			return c.ClientCAs != nil && c.RootCAs == nil && c.ClientAuth == tls.RequireAndVerifyClientCert
		}},
		"a bad port":                 {":timeout=x", false, "timeout: ", nil},
		"no certificate":             {"", true, "cert is missing", nil},
		"a key alone":                {":key=KEY", false, "cert, which is missing", nil},
		"a file that is not there":   {":cert=MISSING", true, "cert: ", nil},
		"a key that is not there":    {":cert=CERT:key=MISSING", true, "key: ", nil},
		"no key":                     {":cert=CERT", true, "cert.pem: ", nil},
		"no certificate in the file": {":cert=NONE:key=KEY", true, "none.pem: ", nil},
		"authorities not there":      {":ca=MISSING", false, "ca: ", nil},
		"no authorities":             {":ca=NONE", false, "no certificate in PEM", nil},
		"an empty protocol":          {":alpn=h2,", false, "alpn: ", nil},
		"a long protocol":            {":alpn=" + strings.Repeat("x", 256), false, "alpn: ", nil},
		"an old version":             {":minversion=1.1", false, "neither 1.2 nor 1.3", nil},
	} {
		t.Run(name, func(t *testing.T) {
			n := &askedNetwork{}
			text := "tls:example.com:443:backlog=7" + files.Replace(tt.args)
			var err error
			if tt.server {
				_, err = netx.Serve(n, text, factory(nil), netx.WithBacklog(3))
			} else {
				netx.Connect(n, text, factory(nil), netx.WithBacklog(3)).Catch(func(f *failure.Failure) { err = f })
			}
			if tt.check == nil {
				if !errors.Is(err, netx.ErrBadEndpoint) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("the error is %v", err)
				}
				if strings.Contains(tt.args, "MISSING") && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%v is no fs.ErrNotExist", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := netx.ChosenBy(n.opts); !tt.check(got.TLS) || got.Backlog != 7 {
				t.Errorf("it is %+v, with %+v", got.TLS, got)
			}
			want := map[bool]string{true: "listen tcp example.com:443", false: "dial tcp example.com:443"}[tt.server]
			if !slices.Equal(n.asked, []string{want}) {
				t.Errorf("asked for %v", n.asked)
			}
		})
	}
}

func TestEndpointsOverTLS(t *testing.T) {
	w := newTCPWorld(t)
	dir := certificateFiles(t)
	file := func(name string) string { return netx.QuoteEndpoint(filepath.Join(dir, name)) }
	a, b := &recorder{}, &recorder{}
	var connected netx.Protocol
	w.do(func() {
		port, err := netx.Serve(w.net, "tls:127.0.0.1:0:cert="+file("cert.pem")+":key="+file("key.pem")+":alpn=x,y", factory(b))
		if err != nil {
			t.Error(err)
			return
		}
		endpoint := "tls:" + port.Addr().String() + ":ca=" + file("cert.pem") + ":servername=localhost:alpn=y:minversion=1.3"
		netx.Connect(w.net, endpoint, factory(a)).Tap(func(p netx.Protocol) { connected = p }).Catch(w.unexpected)
	})
	w.until("the connection", func() bool { return connected != nil && b.conn != nil })
	w.do(func() {
		state, ok := a.conn.ConnectionState()
		if !ok || state.NegotiatedProtocol != "y" || state.Version != tls.VersionTLS13 || len(state.VerifiedChains) != 1 {
			t.Errorf("agreed on %+v, %v", state, ok)
		}
		a.conn.Write([]byte("hello"))
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if b.data.String() != "hello" {
		t.Errorf("got %q", b.data.String())
	}
}
