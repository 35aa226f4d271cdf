extension LabSchema {
    /// Checks, their controls and what is expected of them.
    static let checks = #"""
            "check": {
              "description": "A claim, the one probe that tests it, what must come of it, and its control.",
              "type": "object",
              "additionalProperties": false,
              "required": ["claim", "says", "from", "expect"],
              "oneOf": [
                { "required": ["http"] },
                { "required": ["stream"] },
                { "required": ["tcp"] },
                { "required": ["udp"] },
                { "required": ["ping"] },
                { "required": ["dns"] },
                { "required": ["apt-fetch"] },
                { "required": ["scan"] },
                { "required": ["traceroute"] },
                { "required": ["addresses"] },
                { "required": ["metadata"] },
                { "required": ["bind"] },
                { "required": ["run"] },
                { "required": ["tls"] },
                { "required": ["image-pull"] },
                { "required": ["log-push"] },
                { "required": ["matrix"] },
                { "required": ["bandwidth"] }
              ],
              "properties": {
                "claim": { "description": "The claim's number.", "type": "string", "examples": ["C2"] },
                "source": {
                  "description": "The section of the document that makes the claim.",
                  "type": "string", "examples": ["note §1"]
                },
                "says": { "description": "The claim in one sentence.", "type": "string" },
                "from": {
                  "description": "The instances or Internet hosts that send, all at once.",
                  "$ref": "#/$defs/names", "examples": ["app"]
                },
                "outage": { "$ref": "#/$defs/outage" },
                "http": { "$ref": "#/$defs/http" },
                "stream": { "$ref": "#/$defs/stream" },
                "tcp": { "$ref": "#/$defs/tcp" },
                "udp": { "$ref": "#/$defs/udp" },
                "ping": { "$ref": "#/$defs/ping" },
                "dns": { "$ref": "#/$defs/dns" },
                "apt-fetch": { "$ref": "#/$defs/apt-fetch" },
                "scan": { "$ref": "#/$defs/scan" },
                "traceroute": { "$ref": "#/$defs/traceroute" },
                "addresses": { "$ref": "#/$defs/addresses" },
                "metadata": { "$ref": "#/$defs/metadata" },
                "bind": { "$ref": "#/$defs/bind" },
                "run": { "$ref": "#/$defs/run" },
                "tls": { "$ref": "#/$defs/tls" },
                "image-pull": { "$ref": "#/$defs/image-pull" },
                "log-push": { "$ref": "#/$defs/log-push" },
                "matrix": { "$ref": "#/$defs/matrix" },
                "bandwidth": { "$ref": "#/$defs/bandwidth" },
                "expect": { "$ref": "#/$defs/expect" },
                "control": { "$ref": "#/$defs/control" }
              }
            },
            "control": {
              "description": "The counter-proof: where the opposite must come out. Every negative check needs one.",
              "type": "object",
              "additionalProperties": false,
              "required": ["says", "expect"],
              "properties": {
                "says": { "description": "The counter-proof in one sentence.", "type": "string" },
                "from": {
                  "description": "The nodes that send. Left out: those of the check.",
                  "$ref": "#/$defs/names", "examples": ["vault"]
                },
                "outage": { "$ref": "#/$defs/outage" },
                "http": { "$ref": "#/$defs/http" },
                "stream": { "$ref": "#/$defs/stream" },
                "tcp": { "$ref": "#/$defs/tcp" },
                "udp": { "$ref": "#/$defs/udp" },
                "ping": { "$ref": "#/$defs/ping" },
                "dns": { "$ref": "#/$defs/dns" },
                "apt-fetch": { "$ref": "#/$defs/apt-fetch" },
                "scan": { "$ref": "#/$defs/scan" },
                "traceroute": { "$ref": "#/$defs/traceroute" },
                "addresses": { "$ref": "#/$defs/addresses" },
                "metadata": { "$ref": "#/$defs/metadata" },
                "bind": { "$ref": "#/$defs/bind" },
                "run": { "$ref": "#/$defs/run" },
                "tls": { "$ref": "#/$defs/tls" },
                "image-pull": { "$ref": "#/$defs/image-pull" },
                "log-push": { "$ref": "#/$defs/log-push" },
                "matrix": { "$ref": "#/$defs/matrix" },
                "bandwidth": { "$ref": "#/$defs/bandwidth" },
                "expect": { "$ref": "#/$defs/expect" }
              }
            },
            "expect": {
              "description": "What must come of the probe. Only what is written is checked.",
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "succeeds": { "description": "The probe gets its answer, or none.", "type": "boolean" },
                "seen-from": {
                  "description": "The source that the other end saw: a node or an address.",
                  "type": "string", "examples": ["nat-a"]
                },
                "open": {
                  "description": "Exactly what a scan finds open: none, or a list of host:port.",
                  "anyOf": [
                    { "type": "string", "pattern": "^(none|.+:[0-9]{1,5})$" },
                    { "type": "array", "minItems": 1, "items": { "type": "string", "pattern": "^.+:[0-9]{1,5}$" } }
                  ],
                  "examples": ["none", ["bastion:443"]]
                },
                "silent": {
                  "description": "Not a single packet comes back: no reset, no ICMP.", "type": "boolean"
                },
                "stopped-by": {
                  "description": "The beginning of the owner of the drop that must have counted.",
                  "type": "string", "pattern": "^(outage|sg|acl|igw|nat|rtb|eni|pcx|tgw|vpce|elb|vpc)\\b",
                  "examples": [
                    "sg app ingress", "sg app egress", "igw: no public address", "igw: private destination",
                    "igw: not a public address of this VPC", "nat nat-a: not a reply", "rtb private-a: no route",
                    "eni app: source/dest check", "outage zone a"
                  ]
                },
                "never-reaches": {
                  "description": "Nodes whose interface sees no packet of the probe.", "$ref": "#/$defs/names"
                },
                "hops": {
                  "description": "The hops of a traceroute in order.",
                  "$ref": "#/$defs/names", "examples": [["nat-a", "echo"]]
                },
                "served-by": {
                  "description": "One of these nodes answered: those a load balancer chooses from.",
                  "$ref": "#/$defs/names", "examples": [["app-a", "app-b"]]
                },
                "prints": {
                  "description": "This text is in what the program wrote, or in the answer's body.", "type": "string"
                },
                "status": {
                  "description": "The HTTP status, or the exit status of a program.",
                  "type": "integer", "minimum": 0, "maximum": 599
                },
                "value": {
                  "description": "The text of the answer: a metadata item, a DNS answer.",
                  "type": ["string", "number"]
                },
                "only-private": {
                  "description": "All addresses on the node lie in the VPC.", "type": "boolean"
                },
                "flows": {
                  "description": "At least so many connections, each with a port of its own at the other end.",
                  "type": "integer", "minimum": 1, "maximum": 55000
                },
                "reset": {
                  "description": "The last segment is answered by a reset; name the rule that sends it by `stopped-by`.",
                  "type": "boolean"
                },
                "nat-bytes": {
                  "description": "At least so many bytes the NAT gateways process meanwhile; they are paid by the byte.",
                  "type": "integer", "minimum": 1, "maximum": 1000000000000
                },
                "as-predicted": {
                  "description": "Packets say of every address and port what the analysis of the file says.",
                  "type": "boolean"
                },
                "attempts": {
                  "description": "How many wrong passwords of the sender the sshd at the other end logged.",
                  "type": "integer", "minimum": 0, "maximum": 100000
                }
              }
            }
        """#

    /// One definition for each key of `ProbeReader`.
    static let probes = #"""
            "endpoint": {
              "description": "host:port, the host being a node, a DNS name or an address.",
              "type": "string", "pattern": "^.+:[0-9]{1,5}$", "examples": ["app:8080"]
            },
            "http": {
              "description": "One HTTP GET: host[:port][/path], or { to, path }.",
              "anyOf": [
                { "type": "string" },
                {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["to"],
                  "properties": {
                    "to": { "description": "host[:port]; port 80 if left out.", "type": "string" },
                    "path": { "description": "Left out: /.", "type": "string", "pattern": "^/" }
                  }
                }
              ],
              "examples": ["echo.example/", "app:8080/health"]
            },
            "stream": {
              "description": "One HTTP connection, opened before the outage and used in it: host[:port].",
              "type": "string", "examples": ["echo.example"]
            },
            "outage": {
              "description": "What has failed while the probe is sent: none, zone NAME, node NAME, link NAME, nat NAME, or a list. Healed afterwards. A control without an outage, of a check with one, is tried before and after it.",
              "anyOf": [
                { "type": "string", "pattern": "^(none|(zone|node|link|nat) [a-z0-9][a-z0-9.-]*)$" },
                {
                  "type": "array", "minItems": 1,
                  "items": { "type": "string", "pattern": "^(zone|node|link|nat) [a-z0-9][a-z0-9.-]*$" }
                }
              ],
              "examples": ["zone a", ["nat nat-a", "node app"]]
            },
            "tcp": { "description": "One TCP handshake.", "$ref": "#/$defs/endpoint" },
            "udp": { "description": "One datagram that wants an echo.", "$ref": "#/$defs/endpoint" },
            "ping": {
              "description": "One ICMP echo request to a node, a DNS name or an address.",
              "type": "string", "examples": ["echo.example"]
            },
            "dns": {
              "description": "One question for an A record: the name, or { ask, server }.",
              "anyOf": [
                { "type": "string" },
                {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["ask"],
                  "properties": {
                    "ask": { "description": "The DNS name.", "type": "string" },
                    "server": { "description": "Left out: the VPC's resolver.", "type": "string" }
                  }
                }
              ],
              "examples": ["archive.ubuntu.com", { "ask": "archive.ubuntu.com", "server": "resolver" }]
            },
            "apt-fetch": {
              "description": "What apt-get install fetches from a mirror.",
              "type": "object",
              "additionalProperties": false,
              "required": ["from", "package"],
              "properties": {
                "from": { "description": "The mirror: host[:port].", "type": "string" },
                "package": { "description": "The name of the package.", "type": "string" },
                "times": {
                  "description": "How often in a row. Left out: once.",
                  "type": "integer", "minimum": 1, "maximum": 1000
                }
              },
              "examples": [{ "from": "archive.ubuntu.com", "package": "hello" }]
            },
            "scan": {
              "description": "A port scan: one part, or a list of parts.",
              "anyOf": [
                { "$ref": "#/$defs/scanPart" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/scanPart" } }
              ],
              "examples": [{ "hosts": ["nat-a", "203.0.113.0/24"], "tcp": "common" }]
            },
            "scanPart": {
              "type": "object",
              "additionalProperties": false,
              "required": ["hosts"],
              "minProperties": 2,
              "properties": {
                "hosts": { "description": "Nodes, addresses or CIDR blocks.", "$ref": "#/$defs/names" },
                "tcp": { "description": "TCP ports.", "$ref": "#/$defs/scanPorts" },
                "udp": { "description": "UDP ports.", "$ref": "#/$defs/scanPorts" },
                "ping": { "description": "Also one echo request each.", "type": "boolean" }
              }
            },
            "scanPorts": {
              "description": "Ports, ranges, `all`, or `common`: the ports most scanned for.",
              "anyOf": [
                { "const": "common" },
                { "$ref": "#/$defs/portRange" },
                {
                  "type": "array", "minItems": 1,
                  "items": { "anyOf": [{ "const": "common" }, { "$ref": "#/$defs/portRange" }] }
                }
              ],
              "examples": ["common", "1-65535", ["common", 8080]]
            },
            "traceroute": {
              "description": "Which routers answer on the way to a node, a DNS name or an address.",
              "type": "string", "examples": ["echo.example"]
            },
            "addresses": { "description": "The addresses the node itself carries.", "const": true },
            "metadata": {
              "description": "One item of the instance metadata service.",
              "type": "string", "examples": ["public-ipv4", "local-ipv4"]
            },
            "bind": {
              "description": "A TCP port of the node that a server wants, as one that starts there would.",
              "$ref": "#/$defs/port", "examples": [80]
            },
            "command": {
              "description": "A program and its words: split at blanks, or a list.",
              "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "minItems": 1, "items": { "type": "string" } }
              ],
              "examples": ["curl -fsS https://web.example/"]
            },
            "run": {
              "description": "A real program on the node; `towards` is where its TCP packets go, for the evidence.",
              "anyOf": [
                { "$ref": "#/$defs/command" },
                {
                  "type": "object", "additionalProperties": false, "required": ["command"],
                  "properties": {
                    "command": { "$ref": "#/$defs/command" }, "towards": { "$ref": "#/$defs/endpoint" }
                  }
                }
              ]
            },
            "tls": {
              "description": "One TLS handshake; it succeeds if the certificate is trusted and names the host. host[:443].",
              "type": "string", "examples": ["web.example"]
            },
            "image-pull": {
              "description": "What docker pull fetches from a registry, by skopeo; every digest is computed anew.",
              "type": "object",
              "additionalProperties": false,
              "required": ["from", "image"],
              "properties": {
                "from": { "description": "The registry: host[:443].", "type": "string" },
                "image": { "description": "The image, with :TAG if it is not latest.", "type": "string" }
              },
              "examples": [{ "from": "registry.example", "image": "library/hello" }]
            },
            "log-push": {
              "description": "One HTTPS connection: a batch of log events, silence, another batch.",
              "type": "object",
              "additionalProperties": false,
              "required": ["to", "silence"],
              "properties": {
                "to": { "description": "The log service: host[:443].", "type": "string" },
                "silence": { "description": "Seconds, e.g. 3s.", "type": "string", "pattern": "^[0-9]+s$" }
              },
              "examples": [{ "to": "logs.example", "silence": "3s" }]
            },
            "matrix": {
              "description": "Every address of these nodes, or of all, on every port that the lab names.",
              "anyOf": [{ "const": "all" }, { "$ref": "#/$defs/names" }],
              "examples": ["all", ["db"]]
            },
            "bandwidth": {
              "description": "Throughput and latency towards an iperf3 server, side by side with another node's.",
              "type": "object",
              "additionalProperties": false,
              "required": ["to", "against"],
              "properties": {
                "to": { "description": "A host that serves iperf3: host[:5201].", "type": "string" },
                "against": { "description": "The node it is compared with.", "type": "string" }
              },
              "examples": [{ "to": "meter", "against": "private-host" }]
            }
        """#
}
