//go:build unix

package gate

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGrandchildrenEnd: what a child starts ends with it.
func TestGrandchildrenEnd(t *testing.T) {
	settle(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	t.Setenv(holdAt, listener.Addr().String())
	p := opened(t, optionsFor(t, "hostile:grandchild"))
	_, err = p.Call("linearize", params(5))
	require.EqualError(t, err, "crashed at linearize: exit status 5")
	require.NoError(t, listener.(*net.TCPListener).SetDeadline(time.Now().Add(10*time.Second)))
	conn, err := listener.Accept()
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it goes on")
}
