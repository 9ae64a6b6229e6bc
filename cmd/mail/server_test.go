package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a script says in place of a reply.
const (
	hang   = "hang"   // says nothing, and waits for the other side to go
	hangUp = "hangup" // closes the connection
)

// peer speaks enough SMTP to be sent to, and says what a test tells it to.
type peer struct {
	host   string
	port   int
	caFile string // its own certificate
	listen net.Listener
	tls    *tls.Config

	plain    bool   // offers no STARTTLS
	offers   string // what it offers behind TLS
	password string

	mu      sync.Mutex
	script  map[string][]string // by command, what it says the next times; "" is what it says anyway
	heard   []string            // every line but those of a mail
	mails   []string
	visits  int
	serving sync.WaitGroup
}

// serve starts a server; change alters it before it answers.
func serve(t *testing.T, change func(*peer)) *peer {
	t.Helper()
	s := &peer{offers: "AUTH PLAIN LOGIN", password: "right horse"}
	var err error
	s.tls, s.caFile = certificateFor(t, "127.0.0.1")
	if s.listen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.host, s.port = "127.0.0.1", portOf(s.listen)
	if change != nil {
		change(s)
	}
	s.serving.Go(func() {
		for {
			conn, err := s.listen.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() {
				s.talk(conn)
				_ = conn.Close() // the other side may have done so
			})
		}
	})
	t.Cleanup(func() {
		if err := s.listen.Close(); err != nil {
			t.Error(err)
		}
		s.serving.Wait()
	})
	return s
}

// settings are those of somebody who may send through the server.
func (s *peer) settings(t *testing.T) Settings {
	t.Helper()
	return Settings{
		Host: s.host, Port: s.port, From: "Acme IT <it@acme.test>", CAFile: s.caFile,
		User: "it", PasswordFile: writeFile(t, s.password+"\n", 0o600),
	}
}

func (s *peer) count(verb string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.heard {
		if v, _, _ := strings.Cut(line, " "); v == verb {
			n++
		}
	}
	return n
}

func (s *peer) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *peer) visited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visits
}

func (s *peer) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// next notes what was heard and returns what the script has to say to it, or else the usual.
func (s *peer) next(verb, line, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, line)
	if list := s.script[verb]; len(list) > 0 {
		s.script[verb] = list[1:]
		if list[0] != "" {
			return list[0]
		}
	}
	return usual
}

func (s *peer) talk(conn net.Conn) {
	text := bufio.NewReader(conn)
	say := func(reply string) bool {
		switch reply {
		case hangUp:
			return false
		case hang:
			_, _ = text.ReadString(0)
			return false
		}
		_, err := fmt.Fprint(conn, strings.ReplaceAll(reply, "\n", "\r\n")+"\r\n")
		return err == nil
	}
	s.mu.Lock()
	s.visits++
	s.mu.Unlock()
	open := say(s.next("CONNECT", "CONNECT", "220 test ESMTP"))
	for open {
		line, err := text.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		verb, argument, _ := strings.Cut(line, " ")
		_, secure := conn.(*tls.Conn)
		switch verb {
		case "EHLO":
			open = say(s.next(verb, line, s.greeting(secure)))
		case "STARTTLS":
			if open = say(s.next(verb, line, "220 go on")); open {
				conn = tls.Server(conn, s.tls)
				text = bufio.NewReader(conn)
			}
		case "AUTH":
			open = say(s.next(verb, line, s.login(argument, text, say)))
		case "DATA":
			reply := s.next(verb, line, "354 go on")
			if open = say(reply); !strings.HasPrefix(reply, "354") {
				break
			}
			mail, err := readMail(text)
			if err != nil {
				return
			}
			reply = s.next("END", "END", "250 taken")
			if strings.HasPrefix(reply, "2") {
				s.mu.Lock()
				s.mails = append(s.mails, mail)
				s.mu.Unlock()
			}
			open = say(reply)
		case "QUIT":
			say(s.next(verb, line, "221 bye"))
			return
		default:
			open = say(s.next(verb, line, "250 fine"))
		}
	}
}

func (s *peer) greeting(secure bool) string {
	switch {
	case secure && s.offers != "":
		return "250-test\n250-" + s.offers + "\n250 HELP"
	case secure || s.plain:
		return "250 test"
	}
	return "250-test\n250 STARTTLS"
}

func (s *peer) login(argument string, text *bufio.Reader, say func(string) bool) string {
	way, given, _ := strings.Cut(argument, " ")
	want := "\x00it\x00" + s.password
	got, _ := base64.StdEncoding.DecodeString(given)
	if way == "LOGIN" {
		got = nil
		for _, ask := range []string{"Username:", "Password:"} {
			say("334 " + base64.StdEncoding.EncodeToString([]byte(ask)))
			line, _ := text.ReadString('\n')
			part, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
			got = append(append(got, 0), part...)
		}
	}
	if string(got) != want {
		return "535 no: " + given
	}
	return "235 welcome"
}

func readMail(text *bufio.Reader) (string, error) {
	var mail strings.Builder
	for {
		line, err := text.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == ".\r\n" {
			return mail.String(), nil
		}
		mail.WriteString(strings.TrimPrefix(line, "."))
	}
}

// certificateFor makes a certificate that vouches for itself, and a file with it.
func certificateFor(t *testing.T, ip string) (config *tls.Config, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file = writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o644)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}

func writeFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func portOf(listen net.Listener) int {
	address, _ := netip.ParseAddrPort(listen.Addr().String())
	return int(address.Port())
}

// tlsListener turns a server's listener into one that begins with TLS.
func tlsListener(s *peer) net.Listener { return tls.NewListener(s.listen, s.tls) }
