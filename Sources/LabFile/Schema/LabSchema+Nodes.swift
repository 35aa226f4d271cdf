extension LabSchema {
    /// What is a namespace of its own: NAT gateways, instances, Internet hosts.
    static let nodes = #"""
            "natGateway": {
              "description": "A NAT gateway: one-way Internet access for the subnets that are routed to it.",
              "type": "object",
              "additionalProperties": false,
              "required": ["subnet"],
              "anyOf": [
                { "required": ["elastic-ip"] },
                { "required": ["connectivity"], "properties": { "connectivity": { "const": "private" } } }
              ],
              "properties": {
                "subnet": { "description": "The subnet it stands in: a public one.", "type": "string" },
                "elastic-ip": {
                  "description": "The public address it shows to the Internet, from the public pool.",
                  "$ref": "#/$defs/address", "examples": ["203.0.113.11"]
                },
                "address": {
                  "description": "Its private address. Left out: the next free one of its subnet.",
                  "$ref": "#/$defs/address", "examples": ["10.0.0.5"]
                },
                "connectivity": {
                  "description": "A private NAT gateway has no Elastic IP. Left out: public.",
                  "enum": ["public", "private"]
                },
                "misplaced": {
                  "description": "No warning that its subnet has no route to an Internet gateway.",
                  "const": "on-purpose"
                },
                "idle-timeout": {
                  "description": "A shorter time until a silent flow is forgotten; AWS has 350s and no choice.",
                  "type": "string", "pattern": "^[1-9][0-9]{0,2}s$", "examples": ["5s"]
                }
              }
            },
            "instance": {
              "description": "An EC2 instance: its first network interface, what it answers, and more interfaces.",
              "type": "object",
              "additionalProperties": false,
              "required": ["subnet"],
              "not": { "required": ["elastic-ip", "public-ip"] },
              "properties": {
                "interfaces": {
                  "description": "More network interfaces than the first: eth1, eth2.",
                  "type": "array", "items": { "$ref": "#/$defs/interface" },
                  "examples": [[{ "subnet": "private-b" }]]
                },
        \#(interfaceKeys),
                "listens": { "description": "What the instance answers.", "$ref": "#/$defs/listeners" }
              }
            },
            "task": {
              "description": "An ECS task in network mode awsvpc: a network interface, and what its containers answer.",
              "type": "object",
              "additionalProperties": false,
              "required": ["launch", "subnet"],
              "if": { "properties": { "launch": { "const": "ec2" } } },
              "then": { "properties": { "assign-public-ip": { "const": "DISABLED" } } },
              "properties": {
                "launch": {
                  "description": "ec2: on an instance of one's own, never with a public address. fargate: on AWS's hosts.",
                  "enum": ["ec2", "fargate"]
                },
                "assign-public-ip": {
                  "description": "ENABLED: a public address from the pool. Only for fargate. Left out: DISABLED.",
                  "enum": ["ENABLED", "DISABLED"]
                },
        \#(placeKeys),
                "listens": { "description": "What the task answers.", "$ref": "#/$defs/listeners" }
              }
            },
            "interface": {
              "description": "A network interface.",
              "type": "object",
              "additionalProperties": false,
              "required": ["subnet"],
              "not": { "required": ["elastic-ip", "public-ip"] },
              "properties": {
        \#(interfaceKeys)
              }
            },
            "internetHost": {
              "description": "A host of the Internet.",
              "type": "object",
              "additionalProperties": false,
              "required": ["address"],
              "properties": {
                "address": {
                  "description": "A public address outside the pool, best from a documentation range.",
                  "$ref": "#/$defs/address", "examples": ["198.51.100.10"]
                },
                "names": {
                  "description": "The DNS names that lead to it.",
                  "$ref": "#/$defs/names", "examples": [["archive.ubuntu.com", "deb.debian.org"]]
                },
                "serves": { "description": "What the host answers.", "$ref": "#/$defs/listeners" }
              }
            },
            "serverKind": {
              "description": "Servers with their usual ports: http and apt 80, https and registry 443, dns 53, ssh 22, udp (echo) 7, iperf3 5201.",
              "enum": ["http", "https", "apt", "registry", "dns", "ssh", "udp", "iperf3"]
            },
            "serverPorts": {
              "anyOf": [
                { "$ref": "#/$defs/port" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/port" } },
                { "type": "null" }
              ]
            },
            "server": {
              "description": "A kind of server and its port.",
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "http": {
                  "description": "Answers HTTP and says which source address it saw.", "$ref": "#/$defs/serverPorts"
                },
                "tcp": {
                  "description": "Accepts TCP and says which source address it saw.", "$ref": "#/$defs/serverPorts"
                },
                "udp": {
                  "description": "Echoes datagrams and says which source address it saw.",
                  "$ref": "#/$defs/serverPorts"
                },
                "apt": { "description": "A Debian package repository.", "$ref": "#/$defs/serverPorts" },
                "dns": {
                  "description": "A DNS server that knows every name of the lab's Internet.",
                  "$ref": "#/$defs/serverPorts"
                },
                "https": {
                  "description": "The same as http, with a certificate of the lab's authority.",
                  "$ref": "#/$defs/serverPorts"
                },
                "registry": { "description": "A read-only OCI image registry.", "$ref": "#/$defs/serverPorts" },
                "ssh": {
                  "description": "A real sshd that takes password attempts and lets nobody in.",
                  "$ref": "#/$defs/serverPorts"
                },
                "iperf3": {
                  "description": "A real iperf3 that measures throughput.", "$ref": "#/$defs/serverPorts"
                }
              },
              "examples": [{ "http": 8080 }, { "tcp": 22 }]
            },
            "listeners": {
              "anyOf": [
                { "$ref": "#/$defs/serverKind" },
                { "$ref": "#/$defs/server" },
                { "type": "null" },
                {
                  "type": "array",
                  "items": { "anyOf": [{ "$ref": "#/$defs/serverKind" }, { "$ref": "#/$defs/server" }] }
                }
              ],
              "examples": [{ "http": 8080 }, ["apt", { "tcp": 22 }]]
            }
        """#

    /// What instances and their further interfaces have in common.
    private static let interfaceKeys = #"""
                "eni": { "description": "AWS's id of the interface.", "type": "string", "examples": ["eni-0123"] },
        \#(placeKeys),
                "secondary-addresses": {
                  "description": "More private addresses, each with its own Elastic IP or none.",
                  "type": "array",
                  "items": {
                    "anyOf": [
                      { "$ref": "#/$defs/address" },
                      {
                        "type": "object", "additionalProperties": false, "required": ["address"],
                        "properties": {
                          "address": { "$ref": "#/$defs/address" }, "elastic-ip": { "$ref": "#/$defs/address" }
                        }
                      }
                    ]
                  },
                  "examples": [["10.0.1.20"]]
                },
                "elastic-ip": {
                  "description": "Its public address; only the Internet gateway knows it, the instance does not.",
                  "$ref": "#/$defs/address", "examples": ["203.0.113.20"]
                },
                "public-ip": {
                  "description": "auto: an address from the pool, as AWS assigns one. Left out: what the subnet says.",
                  "enum": ["auto", "none"]
                },
                "source-dest-check": {
                  "description": "Whether packets must be from or to the interface itself; without it the instance forwards. Left out: true.",
                  "type": "boolean"
                }
        """#

    /// What tasks have of it, too.
    private static let placeKeys = #"""
                "subnet": { "description": "The subnet it stands in.", "type": "string" },
                "address": {
                  "description": "Its private address. Left out: the next free one of its subnet.",
                  "$ref": "#/$defs/address", "examples": ["10.0.1.10"]
                },
                "security-groups": {
                  "description": "One to five groups. Left out: the default group.",
                  "$ref": "#/$defs/names", "examples": [["app"]]
                }
        """#
}
