package ctxbudget

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// CTXBUDGET_TEST_SERVERS has the commands of the servers to drive, by name.
func servers(t *testing.T) map[string][]string {
	commands := map[string][]string{}
	if err := json.Unmarshal([]byte(os.Getenv("CTXBUDGET_TEST_SERVERS")), &commands); err != nil || len(commands) == 0 {
		t.Fatalf("CTXBUDGET_TEST_SERVERS has no commands: %v", err)
	}
	return commands
}

// onEach drives each server, in a workspace of its own.
func onEach(t *testing.T, body func(*testing.T, *Client, func() *exec.Cmd)) {
	for name, command := range servers(t) {
		command := command
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			workspace, state := t.TempDir(), t.TempDir()
			start := func() *exec.Cmd {
				process := exec.Command(command[0], command[1:]...)
				process.Dir, process.Stderr = workspace, os.Stderr
				process.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "HOME="+state)
				return process
			}
			body(t, started(t, start), start)
		})
	}
}

func started(t *testing.T, start func() *exec.Cmd) *Client {
	t.Helper()
	c, err := Start(soon(t), start)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func to[T any](value T) *T { return &value }

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (c *Client) serves(method string) bool {
	return strings.Contains(" "+strings.Join(c.Server.Methods, " ")+" ", " "+method+" ")
}

func TestSessionsAndLeases(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, _ func() *exec.Cmd) {
		ctx, id := soon(t), to("run-1")
		opened := must[*SessionOpenResult](t)(c.SessionOpen(ctx, SessionOpenParams{
			SessionID: id,
			Config:    &Config{ContextWindow: to(int64(10_000)), TargetShare: to(0.29)},
		}))
		if !opened.Created || opened.Budget != 2900 || opened.Config["contextWindow"] != 10_000.0 {
			t.Fatalf("%+v", opened)
		}
		shared := must[*BudgetAllocateResult](t)(c.BudgetAllocate(ctx, BudgetAllocateParams{
			SessionID: id,
			Strategy:  StrategyDynamic,
			Phases:    []PhaseSpec{{Phase: to(int64(1)), Complexity: to(1.0)}, {Phase: to(int64(2)), Complexity: to(2.0)}},
		}))
		if shared.Allocations[0].Tokens != 967 || shared.Allocations[1].Tokens != 1933 {
			t.Fatalf("%+v", shared)
		}
		lease := must[*BudgetReserveResult](t)(c.BudgetReserve(ctx, BudgetReserveParams{SessionID: id, Tokens: 900, Holder: "a", Phase: to(int64(2))}))
		settled := must[*BudgetSettleResult](t)(c.BudgetSettle(ctx, BudgetSettleParams{SessionID: id, LeaseID: lease.LeaseID, Used: 250}))
		if settled.Refunded != 650 || settled.Available != 2900 {
			t.Fatalf("%+v", settled)
		}
		status := must[*BudgetStatusResult](t)(c.BudgetStatus(ctx, BudgetStatusParams{SessionID: id}))
		if status.Revision != settled.Revision || *status.Phases[1].Allocated != 1933 {
			t.Fatalf("%+v", status)
		}
	})
}

func TestItems(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, _ func() *exec.Cmd) {
		if !c.serves("context/add") {
			t.Skip("the server is of the level core")
		}
		ctx := soon(t)
		added := must[*ContextAddResult](t)(c.ContextAdd(ctx, ContextAddParams{Items: []NewItem{{Layer: to(LayerTransient), Content: to("Hello, world.")}}}))
		got := must[*ContextGetResult](t)(c.ContextGet(ctx, ContextGetParams{ItemID: added.Items[0].ID}))
		if *got.Content != "Hello, world." {
			t.Fatalf("%+v", got)
		}
	})
}

func TestErrors(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, _ func() *exec.Cmd) {
		_, err := c.BudgetReserve(soon(t), BudgetReserveParams{Tokens: 7501, Holder: "a"})
		var refusal *Error
		var data BudgetExceededData
		if !errors.As(err, &refusal) || json.Unmarshal(refusal.Data, &data) != nil {
			t.Fatal(err)
		}
		if refusal.Name() != ReasonBudgetExceeded || refusal.Retryable() || data.Requested != 7501 || data.Available != 7500 {
			t.Fatalf("%v, %+v", refusal, data)
		}
		if c.Call(soon(t), "no/method", nil, new(any)).(*Error).Name() != ReasonMethodNotFound {
			t.Fatal("there is such a method")
		}
	})
}

// Many goroutines reserve while their server is killed again and again: each lease is there once.
func TestNothingCountsTwiceAfterARestart(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, _ func() *exec.Cmd) {
		const writers, each = 4, 8
		ctx := soon(t)
		var working sync.WaitGroup
		var leases sync.Map
		for writer := 0; writer < writers; writer++ {
			working.Add(1)
			go func() {
				defer working.Done()
				for turn := 0; turn < each; turn++ {
					lease, err := c.BudgetReserve(ctx, BudgetReserveParams{Tokens: 10, Holder: "a"})
					if err != nil {
						t.Error(err)
						return
					}
					leases.Store(lease.LeaseID, true)
				}
			}()
		}
		for kills := 0; kills < 2; kills++ {
			time.Sleep(30 * time.Millisecond)
			if s := c.server.Load(); s != nil {
				_ = s.process.Process.Kill()
			}
		}
		working.Wait()
		status := must[*BudgetStatusResult](t)(c.BudgetStatus(ctx, BudgetStatusParams{}))
		if status.Leased != writers*each*10 || len(status.Leases) != writers*each || status.Revision != writers*each {
			t.Fatalf("%d tokens in %d leases at revision %d", status.Leased, len(status.Leases), status.Revision)
		}
		for _, lease := range status.Leases {
			if _, known := leases.Load(lease.LeaseID); !known {
				t.Errorf("nobody was told of lease %s", lease.LeaseID)
			}
		}
	})
}

func TestCancellation(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, _ func() *exec.Cmd) {
		ctx, cancel := context.WithCancel(soon(t))
		cancel()
		if _, err := c.BudgetReserve(ctx, BudgetReserveParams{Tokens: 10, Holder: "a"}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if c.serves("tokens/count") {
			ctx, cancel := context.WithTimeout(soon(t), 50*time.Millisecond)
			defer cancel()
			text := strings.Repeat("Every word of this is counted, and that takes its time. ", 200_000)
			if _, err := c.TokensCount(ctx, TokensCountParams{Texts: []string{text}}); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if status := must[*BudgetStatusResult](t)(c.BudgetStatus(soon(t), BudgetStatusParams{})); status.Revision != 0 {
			t.Fatalf("%+v", status)
		}
	})
}

func TestNotifications(t *testing.T) {
	onEach(t, func(t *testing.T, c *Client, start func() *exec.Cmd) {
		if !c.serves("budget/didChange") {
			t.Skip("the server is of the level core")
		}
		ctx := soon(t)
		must[*SessionOpenResult](t)(c.SessionOpen(ctx, SessionOpenParams{Watch: to(true)}))
		must[*BudgetReserveResult](t)(started(t, start).BudgetReserve(ctx, BudgetReserveParams{Tokens: 10, Holder: "a"}))
		for {
			select {
			case told := <-c.Notifications:
				var change DidChange
				if json.Unmarshal(told.Params, &change) == nil && told.Method == "budget/didChange" && change.Revision == 2 {
					return
				}
			case <-ctx.Done():
				t.Fatal("nothing was told")
			}
		}
	})
}

func TestVersionsAreNegotiated(t *testing.T) {
	asked = "2.0"
	defer func() { asked = ProtocolVersion }()
	for name, command := range servers(t) {
		c := started(t, func() *exec.Cmd { return exec.Command(command[0], command[1:]...) })
		if c.Server.ProtocolVersion != ProtocolVersion {
			t.Errorf("%s: %s", name, c.Server.ProtocolVersion)
		}
	}
}

// itself runs this test's program as a server that says what is written here.
func itself(lines ...string) func() *exec.Cmd {
	return func() *exec.Cmd {
		process := exec.Command(os.Args[0])
		process.Env = append(os.Environ(), "CTXBUDGET_TEST_SAYS="+strings.Join(lines, "\n"))
		return process
	}
}

func TestMain(m *testing.M) {
	lines := os.Getenv("CTXBUDGET_TEST_SAYS")
	if lines == "" {
		os.Exit(m.Run())
	}
	// It says a line after each message that it gets.
	s := &server{stdin: os.Stdout, stdout: bufio.NewReader(os.Stdin)}
	for _, line := range strings.Split(lines, "\n") {
		got, err := s.next()
		if err != nil {
			return
		}
		if line == "check" {
			line = fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"result":%t}`, got.Error != nil && got.Error.Code == -32601)
		}
		fmt.Printf("Content-Length: %d\r\n\r\n%s", len(line), line)
	}
	_, _ = s.next()
}

func TestAServerOfAnotherVersionIsRefused(t *testing.T) {
	_, err := Start(soon(t), itself(`{"jsonrpc":"2.0","id":0,"error":{"code":1024,"message":"no","data":{"name":"unsupportedVersion","supported":["2.0"]}}}`))
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Name() != ReasonUnsupportedVersion {
		t.Fatal(err)
	}
	_, err = Start(soon(t), itself(`{"jsonrpc":"2.0","id":0,"result":{"capabilities":{"experimental":{"ctxbudget":{"protocolVersion":"2.0"}}}}}`))
	if err == nil || !strings.Contains(err.Error(), `"2.0"`) {
		t.Fatal(err)
	}
}

const hello = `{"jsonrpc":"2.0","id":0,"result":{"unknown":1,"capabilities":{"experimental":{"ctxbudget":{"protocolVersion":"1.9","methods":["x/y"]}}}}}`

func TestRequestsOfTheServerAreRefused(t *testing.T) {
	c, err := Start(soon(t), itself(hello, `{"jsonrpc":"2.0","method":"x/unheardOf"}`, `{"jsonrpc":"2.0","id":"q","method":"x/ask"}`, "check"))
	if err != nil {
		t.Fatal(err)
	}
	var refused bool
	if err := c.Call(soon(t), "x/y", nil, &refused); err != nil || !refused {
		t.Fatal(refused, err)
	}
	if told := <-c.Notifications; told.Method != "x/unheardOf" {
		t.Fatal(told)
	}
}

func TestServersThatDieAgainAndAgainAreGivenUp(t *testing.T) {
	c, err := Start(soon(t), itself(hello, `{"jsonrpc":"2.0","method":"x/unheardOf"}`)) // it ends when it is asked
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Call(soon(t), "x/y", nil, new(any)); !errors.Is(err, ErrUnanswered) {
		t.Fatal(err)
	}
}
