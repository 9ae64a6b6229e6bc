//go:build e2e && unix

package e2e_test

import (
	"bufio"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lanyard/cmd/mail"
)

// mailServer is a real mail server on this machine that takes mails for anybody, over STARTTLS only, and keeps them.
type mailServer struct {
	host   string
	port   int
	caFile string // vouches for its certificate

	t    *testing.T
	kept string // a Maildir
}

// startMailServer starts a server that ends with the test. Without one on this machine the test is skipped.
func startMailServer(t *testing.T) mailServer {
	t.Helper()
	program, err := exec.LookPath("aiosmtpd")
	if err != nil {
		t.Skip("needs aiosmtpd:", err)
	}
	dir := t.TempDir()
	m := mailServer{host: "127.0.0.1", port: freePort(t), caFile: filepath.Join(dir, "cert.pem"), t: t, kept: filepath.Join(dir, "mails")}
	keyFile := filepath.Join(dir, "key.pem")
	writeCertificate(t, m.host, m.caFile, keyFile)
	server := exec.CommandContext(t.Context(), program, "--nosetuid", "--listen", m.server(),
		"--tlscert", m.caFile, "--tlskey", keyFile, "--class", "aiosmtpd.handlers.Mailbox", m.kept)
	var said strings.Builder
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait() // it is killed with the test's context
		close(ended)
	}()
	t.Cleanup(func() { <-ended })
	for deadline := time.Now().Add(patience); !m.greets(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatalf("the mail server ended:\n%s", &said)
		default:
			if time.Now().After(deadline) {
				t.Fatalf("the mail server didn't answer within %v", patience)
			}
		}
	}
	return m
}

func (m mailServer) server() string { return net.JoinHostPort(m.host, strconv.Itoa(m.port)) }

// greets reports whether the server says hello.
func (m mailServer) greets() bool {
	conn, err := net.DialTimeout("tcp", m.server(), time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "220 ")
}

// messages returns the mails that came so far, in their order, as they were sent but for what the server notes in their
// headers: X-MailFrom and X-RcptTo. What was sent when lanyard says so is among them.
func (m mailServer) messages() (mails []string) {
	m.t.Helper()
	files, err := filepath.Glob(filepath.Join(m.kept, "new", "*"))
	if err != nil {
		m.t.Fatal(err)
	}
	came := map[string]time.Time{}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			m.t.Fatal(err)
		}
		came[file] = info.ModTime()
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(came[a].Compare(came[b]), strings.Compare(a, b)) })
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			m.t.Fatal(err)
		}
		mails = append(mails, string(data))
	}
	return mails
}

// read takes a mail apart, as a mail program does: its headers, its subject, and its text and its HTML without the transport's
// encoding.
func (m mailServer) read(raw string) (header netmail.Header, subject, text, html string) {
	m.t.Helper()
	check := func(err error) {
		m.t.Helper()
		if err != nil {
			m.t.Fatalf("%v in the mail\n%s", err, raw)
		}
	}
	read, err := netmail.ReadMessage(strings.NewReader(raw))
	check(err)
	subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	check(err)
	_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	check(err)
	parts := multipart.NewReader(read.Body, parameters["boundary"])
	for _, into := range []*string{&text, &html} {
		part, err := parts.NextPart()
		check(err)
		data, err := io.ReadAll(part)
		check(err)
		*into = strings.ReplaceAll(string(data), "\r\n", "\n")
	}
	return read.Header, subject, text, html
}

// config lets a console with this Home send its mails here.
func (m mailServer) config(home string) {
	m.t.Helper()
	dir := filepath.Join(home, "config", "lanyard")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		m.t.Fatal(err)
	}
	text := fmt.Sprintf("[mail]\nhost = %q\nport = %d\nfrom = %q\nca_file = %q\n", m.host, m.port, mailFrom, m.caFile)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// mailFrom is who the mails of config are from.
const mailFrom = "Acme <lanyard@acme.test>"

// freePort returns a port of this machine that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, text, err := net.SplitHostPort(listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := listen.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

// writeCertificate makes a certificate for an address, which vouches for itself, and its key, in files.
func writeCertificate(t *testing.T, ip, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test's mail server"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: signed}, keyFile: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The server is a real one: what is sent to it arrives whole, and it takes nothing in the clear or from who doesn't know it.
func TestMailServer(t *testing.T) {
	t.Parallel()
	server := startMailServer(t)
	if mails := server.messages(); len(mails) != 0 {
		t.Fatalf("holds %q from the start", mails)
	}
	settings := mail.Settings{Host: server.host, Port: server.port, From: mailFrom, CAFile: server.caFile}
	sent := mail.Message{
		To: "ben@acme.test", ToName: "Ben Ôkafor", Subject: "Ana invites you — to Acme",
		Text: "Hello Ben,\n.\n" + strings.Repeat("a long line ", 20) + "\n", HTML: "<p>Hello <b>Ben</b></p>",
	}
	for count := 1; count <= 2; count++ {
		sender, err := mail.New(settings)
		if err != nil {
			t.Fatal(err)
		}
		if err := sender.Send(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		mails := server.messages()
		if len(mails) != count {
			t.Fatalf("%d mails came", len(mails))
		}
		header, subject, text, html := server.read(mails[count-1])
		if header.Get("X-RcptTo") != sent.To || header.Get("X-MailFrom") != "lanyard@acme.test" || subject != sent.Subject || text != sent.Text || html != sent.HTML {
			t.Errorf("came as\n%s", mails[count-1])
		}
		if to, err := header.AddressList("To"); err != nil || len(to) != 1 || to[0].Name != sent.ToName || to[0].Address != sent.To {
			t.Errorf("to %v, %v", to, err)
		}
	}
	for says, change := range map[string]func(*mail.Settings){
		"530 Must issue a STARTTLS command first": func(s *mail.Settings) { s.TLS = mail.None },
		"the server's certificate isn't trusted":  func(s *mail.Settings) { s.CAFile = "" },
	} {
		changed := settings
		change(&changed)
		sender, err := mail.New(changed)
		if err != nil {
			t.Fatal(err)
		}
		if err := sender.Send(t.Context(), sent); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("says %v, not %q", err, says)
		}
	}
	if mails := server.messages(); len(mails) != 2 {
		t.Errorf("%d mails came", len(mails))
	}
	home := t.TempDir()
	server.config(home)
	if text, err := os.ReadFile(filepath.Join(home, "config", "lanyard", "config.toml")); err != nil || !strings.Contains(string(text), server.caFile) {
		t.Errorf("%q, %v", text, err)
	}
}
