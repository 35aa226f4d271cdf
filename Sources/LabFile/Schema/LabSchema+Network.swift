extension LabSchema {
    /// The VPC, its subnets and its routes.
    static let network = #"""
            "vpc": {
              "description": "The VPC: its CIDR block, and the zones its subnets may be in.",
              "type": "object",
              "additionalProperties": false,
              "required": ["cidr"],
              "properties": {
                "name": { "description": "Left out: vpc.", "$ref": "#/$defs/nodeName" },
                "cidr": {
                  "description": "From /16 to /28; a list if the VPC has secondary blocks.",
                  "anyOf": [
                    { "$ref": "#/$defs/cidr" },
                    { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/cidr" } }
                  ],
                  "examples": ["10.0.0.0/16"]
                },
                "zones": {
                  "description": "Availability zones by letter, or by AWS's whole name. Left out: [a].",
                  "type": "array", "minItems": 1,
                  "items": { "type": "string", "pattern": "^([a-z]|[a-z0-9][a-z0-9-]*)$" },
                  "examples": [["a", "b"]]
                },
                "account": { "description": "Whose it is; said by descriptions of AWS's own.", "type": "string" },
                "region": { "description": "Where it is.", "type": "string", "examples": ["us-east-1"] }
              }
            },
            "routes": {
              "description": "Destination to target. The local route of the VPC is always there and not written.",
              "type": ["object", "null"],
              "propertyNames": {
                "description": "A CIDR block or the name of a prefix list.",
                "anyOf": [{ "$ref": "#/$defs/cidr" }, { "$ref": "#/$defs/objectName" }]
              },
              "additionalProperties": {
                "description": "The Internet gateway, a NAT gateway, an instance, a gateway endpoint, a peering connection, a transit gateway, a virtual private gateway, or `blackhole`.",
                "anyOf": [
                  { "type": "string" },
                  {
                    "type": "object", "additionalProperties": false, "required": ["to"],
                    "properties": {
                      "to": { "type": "string" },
                      "propagated": {
                        "description": "It came from the virtual private gateway by itself.", "type": "boolean"
                      }
                    }
                  }
                ],
                "examples": ["igw", "nat-a", "blackhole"]
              },
              "examples": [{ "0.0.0.0/0": "igw" }, { "0.0.0.0/0": "nat-a" }, {}]
            },
            "routeTable": {
              "description": "A route table.",
              "type": ["object", "null"],
              "additionalProperties": false,
              "properties": {
                "main": {
                  "description": "Whether it serves every subnet that names no table.", "type": "boolean"
                },
                "routes": { "$ref": "#/$defs/routes" }
              }
            },
            "subnet": {
              "description": "A subnet: a part of the VPC's block in one zone.",
              "type": "object",
              "additionalProperties": false,
              "required": ["cidr"],
              "not": { "required": ["routes", "route-table"] },
              "properties": {
                "cidr": {
                  "description": "From /16 to /28, inside the VPC. AWS keeps five addresses of it.",
                  "$ref": "#/$defs/cidr", "examples": ["10.0.1.0/24"]
                },
                "zone": {
                  "description": "The availability zone. Left out: the VPC's first.",
                  "type": "string", "pattern": "^([a-z]|[a-z0-9][a-z0-9-]*)$", "examples": ["a"]
                },
                "routes": {
                  "description": "A route table of its own, named rtb-<subnet>. {} has the local route alone.",
                  "$ref": "#/$defs/routes"
                },
                "route-table": {
                  "description": "The name of a table in route-tables. With neither key: the main table.",
                  "type": "string"
                },
                "network-acl": {
                  "description": "The name of a list in network-acls. Left out: the VPC's default one.",
                  "type": "string", "examples": ["strict"]
                },
                "auto-assign-public-ip": {
                  "description": "Whether its instances get a public address by themselves. Left out: false.",
                  "type": "boolean"
                }
              }
            }
        """#

    /// Security groups and their rules.
    static let securityGroups = #"""
            "securityGroup": {
              "description": "A security group: allow rules only, stateful.",
              "type": ["object", "null"],
              "additionalProperties": false,
              "properties": {
                "description": { "type": "string" },
                "ingress": {
                  "description": "Who may open connections. Left out: nobody.",
                  "$ref": "#/$defs/ingressRules"
                },
                "egress": {
                  "description": "Where connections may be opened to. Left out: everywhere; [] is nowhere.",
                  "$ref": "#/$defs/egressRules"
                }
              }
            },
            "ingressRules": {
              "anyOf": [
                { "const": "all" },
                { "type": "null" },
                { "$ref": "#/$defs/ingressRule" },
                { "type": "array", "items": { "anyOf": [{ "const": "all" }, { "$ref": "#/$defs/ingressRule" }] } }
              ],
              "examples": [[{ "tcp": 443, "from": "0.0.0.0/0" }], ["all"]]
            },
            "egressRules": {
              "anyOf": [
                { "const": "all" },
                { "type": "null" },
                { "$ref": "#/$defs/egressRule" },
                { "type": "array", "items": { "anyOf": [{ "const": "all" }, { "$ref": "#/$defs/egressRule" }] } }
              ],
              "examples": [[{ "udp": 53, "to": "0.0.0.0/0" }], ["all"], []]
            },
            "ingressRule": {
              "description": "One or more kinds of traffic, from one or more places.",
              "type": "object",
              "additionalProperties": false,
              "required": ["from"],
              "minProperties": 2,
              "properties": {
                "tcp": { "description": "TCP ports.", "$ref": "#/$defs/ports" },
                "udp": { "description": "UDP ports.", "$ref": "#/$defs/ports" },
                "icmp": { "$ref": "#/$defs/icmp" },
                "protocol": { "$ref": "#/$defs/protocol" },
                "all": { "description": "All traffic.", "const": true },
                "from": { "$ref": "#/$defs/peers" },
                "description": { "type": "string" }
              }
            },
            "egressRule": {
              "description": "One or more kinds of traffic, to one or more places.",
              "type": "object",
              "additionalProperties": false,
              "required": ["to"],
              "minProperties": 2,
              "properties": {
                "tcp": { "description": "TCP ports.", "$ref": "#/$defs/ports" },
                "udp": { "description": "UDP ports.", "$ref": "#/$defs/ports" },
                "icmp": { "$ref": "#/$defs/icmp" },
                "protocol": { "$ref": "#/$defs/protocol" },
                "all": { "description": "All traffic.", "const": true },
                "to": { "$ref": "#/$defs/peers" },
                "description": { "type": "string" }
              }
            },
            "peers": {
              "description": "CIDR blocks, prefix lists, or names of security groups, of a peered VPC too: the private addresses of their interfaces.",
              "$ref": "#/$defs/names",
              "examples": ["0.0.0.0/0", "app", ["10.0.0.0/16", "admin"]]
            },
            "icmpKind": {
              "description": "any, a name, a type (8), or type/code (3/4).",
              "anyOf": [
                { "enum": ["any", "all", "echo-request", "echo-reply", "destination-unreachable", "time-exceeded"] },
                { "type": "integer", "minimum": 0, "maximum": 255 },
                { "type": "string", "pattern": "^[0-9]{1,3}(/[0-9]{1,3})?$" }
              ],
              "examples": ["echo-request", "any", "3/4"]
            },
            "icmp": {
              "anyOf": [
                { "$ref": "#/$defs/icmpKind" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/icmpKind" } }
              ]
            },
            "protocol": {
              "description": "Any other protocol by its IP protocol number: 47 is GRE.",
              "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": 255 },
                { "type": "array", "minItems": 1, "items": { "type": "integer", "minimum": 0, "maximum": 255 } }
              ],
              "not": { "enum": [1, 6, 17] },
              "examples": [47]
            }
        """#
}
