// Package selfsigned makes a certificate for a server that is measured: valid for a
// day, for 127.0.0.1, and trusted by nobody.
package selfsigned
