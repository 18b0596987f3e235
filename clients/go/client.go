// Package ctxbudget is a client of the ctxbudget protocol. It starts a server, asks it over stdin and stdout, and
// replaces it if it dies: what was not answered is asked again, and nothing counts twice.
package ctxbudget

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Reconnected comes among the notifications after a server was replaced: open sessions with Watch again.
const Reconnected = "ctxbudget/reconnected"

// ErrUnanswered means that no answer came: whether the request was carried out is not known.
var ErrUnanswered = errors.New("the server did not answer")

// ErrClosed means that the client was closed before, or that its servers died again and again.
var ErrClosed = errors.New("the client is closed")

// A request is sent to so many servers at most, and so many may die without an answer in between. A request that is
// cancelled is waited for so long; servers answer it at once.
const attempts, cancelTime = 3, 5 * time.Second

var asked = ProtocolVersion // the version that is asked for first; tests ask for others

// Message is one of JSON-RPC. Of notifications, Method and Params are set.
type Message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *Error          `json:"error,omitempty"`
}

// Client asks a server. Its methods may be called from any goroutine.
type Client struct {
	Server        Advertisement // what the server says of itself
	Notifications chan Message  // what it tells; if 1,024 are unread, further ones are dropped
	command       func() *exec.Cmd
	server        atomic.Pointer[server] // nil while there is none
	mu            sync.Mutex             // guards what follows
	closed        bool
	lastID        int64
	waiting       map[int64]*request
}

type request struct {
	Message
	tries  int
	answer chan Message // has room for the one answer; closed if none will come
}

// server is one process, with its pipes.
type server struct {
	process    *exec.Cmd
	stdin      io.WriteCloser
	writing    sync.Mutex
	stdout     *bufio.Reader
	ended      chan struct{}
	advertised Advertisement
}

// Start starts a server, and waits until it has answered initialize. For each server it calls command, for example to
// get exec.Command("ctxbudget", "serve"); the workspace is the folder in which the command runs.
func Start(ctx context.Context, command func() *exec.Cmd) (*Client, error) {
	first, err := launch(ctx, command())
	if err != nil {
		return nil, err
	}
	c := &Client{command: command, Server: first.advertised, Notifications: make(chan Message, 1024), waiting: map[int64]*request{}}
	c.server.Store(first)
	go c.serve(first)
	return c, nil
}

// Call asks any method; result is a pointer. Requests that write get a request key, unless params have one. If ctx ends,
// the request is cancelled: ctx.Err() then means that nothing of it remains, and ErrUnanswered that this is not known.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	fields, err := fieldsOf(method, params)
	if err != nil {
		return err
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	c.lastID++
	id, s := c.lastID, c.server.Load()
	r := &request{Message{ID: raw(id), Method: method, Params: fields}, 1, make(chan Message, 1)}
	c.waiting[id] = r
	c.mu.Unlock()
	s.write(r.Message)
	select {
	case answer, came := <-r.answer:
		return answer.into(result, came)
	case <-ctx.Done():
	}
	c.server.Load().write(Message{Method: "$/cancelRequest", Params: raw(map[string]int64{"id": id})})
	select {
	case answer, came := <-r.answer:
		err := answer.into(result, came)
		if refusal, _ := err.(*Error); refusal != nil && refusal.Name() == ReasonRequestCancelled {
			return ctx.Err()
		}
		return err
	case <-time.After(cancelTime):
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, id)
		return fmt.Errorf("%w, and the request was given up: %v", ErrUnanswered, ctx.Err())
	}
}

// Close shuts the server down and waits for its end. What is not answered by then fails with ErrUnanswered.
func (c *Client) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cancelTime)
	defer cancel()
	err := c.Call(ctx, "shutdown", nil, new(any))
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	if s := c.server.Load(); s != nil {
		s.write(Message{Method: "exit"})
		time.AfterFunc(cancelTime, func() { _ = s.process.Process.Kill() })
		<-s.ended
	}
	return err
}

// serve takes what servers say. When one dies, the next is asked what is waiting.
func (c *Client) serve(s *server) {
	for deaths := 1; s != nil; deaths++ {
		for m, err := s.next(); err == nil; m, err = s.next() {
			if c.received(s, m) {
				deaths = 0
			}
		}
		s.end()
		s = c.replace(deaths < attempts)
	}
}

// received says whether a message was an answer that someone waited for.
func (c *Client) received(s *server, m Message) bool {
	if m.Method != "" && m.ID != nil {
		go s.write(Message{ID: m.ID, Error: &Error{Code: -32601, Message: "there is no method " + m.Method}})
	} else if m.Method != "" {
		c.tell(m)
	}
	id, _ := strconv.ParseInt(string(m.ID), 10, 64) // ids begin at 1
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.waiting[id]
	if m.Method == "" && r != nil {
		delete(c.waiting, id)
		r.answer <- m
		return true
	}
	return false
}

func (c *Client) tell(m Message) {
	select {
	case c.Notifications <- m:
	default:
	}
}

// replace starts another server and asks it what is waiting; nil if the client is closed, or is closed by this.
func (c *Client) replace(again bool) (next *server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server.Store(nil)
	if again && !c.closed {
		c.mu.Unlock() // requests may come while it starts
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		next, _ = launch(ctx, c.command()) // ErrUnanswered and ErrClosed tell of what failed
		cancel()
		c.mu.Lock()
	}
	if next != nil && c.closed {
		next.end()
		next = nil
	}
	c.server.Store(next)
	c.closed = next == nil
	for id, r := range c.waiting {
		if r.tries++; c.closed || r.tries > attempts {
			delete(c.waiting, id)
			close(r.answer)
		} else {
			go next.write(r.Message)
		}
	}
	c.tell(Message{Method: Reconnected})
	return next
}

func launch(ctx context.Context, command *exec.Cmd) (*server, error) {
	root, err := filepath.Abs(command.Dir)
	if err != nil {
		return nil, err
	}
	s := &server{process: command, ended: make(chan struct{})}
	s.stdin, _ = command.StdinPipe()
	stdout, _ := command.StdoutPipe()
	s.stdout = bufio.NewReader(stdout)
	if err := command.Start(); err != nil {
		return nil, err
	}
	ready := make(chan error, 1)
	go func() { ready <- s.initialize(root, asked) }()
	select {
	case err = <-ready:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.end()
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	return s, nil
}

// initialize asks for a version and, if that is refused, for one that both sides speak.
func (s *server) initialize(root, version string) error {
	s.write(Message{ID: raw(0), Method: "initialize", Params: raw(map[string]any{
		"rootUri":               (&url.URL{Scheme: "file", Path: filepath.ToSlash(root)}).String(),
		"capabilities":          struct{}{},
		"initializationOptions": map[string]string{"protocolVersion": version},
	})})
	answer, err := s.next()
	for err == nil && string(answer.ID) != "0" {
		answer, err = s.next()
	}
	var result struct {
		Capabilities struct {
			Experimental struct{ Ctxbudget Advertisement }
		}
	}
	if err == nil {
		err = answer.into(&result, true)
	}
	if refusal, _ := err.(*Error); refusal != nil && refusal.Name() == ReasonUnsupportedVersion {
		var data struct{ Supported []string }
		_ = json.Unmarshal(refusal.Data, &data)
		for _, other := range data.Supported {
			if major(other) == major(ProtocolVersion) && other != version {
				return s.initialize(root, other)
			}
		}
	}
	s.advertised = result.Capabilities.Experimental.Ctxbudget
	if spoken := s.advertised.ProtocolVersion; err == nil && major(spoken) != major(ProtocolVersion) {
		err = fmt.Errorf("the server speaks version %q of the protocol, not %s", spoken, ProtocolVersion)
	}
	if err == nil {
		s.write(Message{Method: "initialized", Params: raw(struct{}{})})
	}
	return err
}

// write sends a message whole. A server that has gone is noticed by whoever reads from it.
func (s *server) write(m Message) {
	if s == nil {
		return
	}
	m.Version = "2.0"
	body := raw(m)
	s.writing.Lock()
	defer s.writing.Unlock()
	_, _ = fmt.Fprintf(s.stdin, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

func (s *server) next() (m Message, err error) {
	header, err := textproto.NewReader(s.stdout).ReadMIMEHeader()
	if err != nil {
		return m, err
	}
	length, err := strconv.ParseUint(header.Get("Content-Length"), 10, 31)
	if err != nil {
		return m, err
	}
	body := make([]byte, length)
	if _, err = io.ReadFull(s.stdout, body); err == nil {
		err = json.Unmarshal(body, &m)
	}
	return m, err
}

// end takes leave of a server that has closed its output, or is of no use.
func (s *server) end() {
	_ = s.stdin.Close()
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	close(s.ended)
}

func (m Message) into(result any, came bool) error {
	switch {
	case !came:
		return ErrUnanswered
	case m.Error != nil:
		return m.Error
	}
	return json.Unmarshal(m.Result, result)
}

// fieldsOf has a request key for a request that needs one, unless params have one.
func fieldsOf(method string, params any) (json.RawMessage, error) {
	fields, err := json.Marshal(params)
	if err != nil || params == nil || !keyed[method] {
		return fields, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{"requestKey": raw(fmt.Sprintf("%x", key))}
	err = json.Unmarshal(fields, &members)
	return raw(members), err
}

func major(version string) string { return strings.Split(version, ".")[0] }

func raw(value any) json.RawMessage {
	text, _ := json.Marshal(value) // of strings, numbers and what was JSON before: it cannot fail
	return text
}
