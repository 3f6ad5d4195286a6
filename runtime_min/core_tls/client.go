package tls

import (
	"context"
	"errors"
)

// Client without a Config cannot shake hands: there is no name to check. Package net/http makes such a Conn to hand on a connection that
// is none of TLS. With the handshake of that case apart, a server does not contain that of clients.

// clientHandshakeUnnamed does what clientHandshake does when Client was called without a Config.
func (c *Conn) clientHandshakeUnnamed(context.Context) error {
	c.config = defaultConfig()
	c.didResume = false
	c.curveID = 0
	return errors.New("tls: either ServerName or InsecureSkipVerify must be specified in the tls.Config")
}
