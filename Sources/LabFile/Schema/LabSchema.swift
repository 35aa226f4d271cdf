/// The published JSON Schema of lab files, for editors and for validators in other languages.
///
/// It describes the form; what only the whole file can tell (overlaps, unknown names) is `LabFile.read`'s part.
public enum LabSchema {
    /// JSON Schema, draft 2020-12, as pretty-printed text that ends with a newline.
    public static let json = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:netlab:lab",
          "title": "netlab lab",
          "description": "A VPC, the Internet around it, and the claims to prove about them.",
          "type": "object",
          "additionalProperties": false,
          "required": ["lab"],
          "oneOf": [{ "required": ["vpc"] }, { "required": ["vpcs"] }],
          "properties": {
        \(topLevel),
        \(topLevelConnections),
        \(programs)
          },
          "$defs": {
        \([basics, network, networkACLs, connections, securityGroups, nodes, endpoints, loadBalancing, checks, probes].joined(separator: ",\n"))
          }
        }

        """

    static let programs = #"""
            "programs": {
              "description": "Programs of the machine that the checks' commands run; `up` says if one is missing.",
              "$ref": "#/$defs/names", "examples": [["ssh", "sshpass"]]
            }
        """#

    static let topLevel = #"""
            "lab": {
              "description": "The name of the lab: 1 to 40 of a-z, 0-9 and -.",
              "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,39}$", "examples": ["private-nat"]
            },
            "title": { "description": "One line for people.", "type": "string" },
            "public-pool": {
              "description": "Where Elastic IPs come from: a block, or a list. Left out: 203.0.113.0/24.",
              "anyOf": [
                { "$ref": "#/$defs/cidr" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/cidr" } }
              ],
              "examples": ["203.0.113.0/24"]
            },
            "vpc": { "$ref": "#/$defs/vpc" },
            "internet-gateway": {
              "description": "The Internet gateway attached to the VPC, by name, or with the route table that places what comes in. Left out: the VPC has none.",
              "anyOf": [
                { "$ref": "#/$defs/nodeName" },
                {
                  "type": "object", "additionalProperties": false, "required": ["name"],
                  "properties": {
                    "name": { "$ref": "#/$defs/nodeName" }, "route-table": { "$ref": "#/$defs/objectName" }
                  }
                }
              ],
              "examples": ["igw"]
            },
            "virtual-private-gateway": {
              "description": "The VPC's way on premises, by name, or with the blocks behind it.",
              "anyOf": [
                { "$ref": "#/$defs/nodeName" },
                {
                  "type": "object", "additionalProperties": false, "required": ["name"],
                  "properties": {
                    "name": { "$ref": "#/$defs/nodeName" },
                    "prefixes": {
                      "description": "The only blocks it takes packets to, unless it speaks BGP.",
                      "type": "array", "items": { "$ref": "#/$defs/cidr" }
                    },
                    "bgp": {
                      "description": "It learns blocks by itself and takes whatever a route leads to it. Without blocks: true.",
                      "type": "boolean"
                    }
                  }
                }
              ],
              "examples": [{ "name": "vgw", "prefixes": ["172.16.0.0/16"] }]
            },
            "egress-only-internet-gateways": {
              "description": "Gateways for IPv6 only, which a lab has not: known by name, never used.",
              "type": ["array", "null"], "items": { "$ref": "#/$defs/objectName" }
            },
            "route-tables": {
              "description": "Route tables that several subnets share, and the main one.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/routeTable" }
            },
            "subnets": {
              "description": "The subnets by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/subnet" },
              "examples": [{ "private-a": { "cidr": "10.0.1.0/24", "zone": "a", "routes": { "0.0.0.0/0": "nat-a" } } }]
            },
            "network-acls": { "$ref": "#/$defs/networkACLs" },
            "endpoints": { "$ref": "#/$defs/endpoints" },
            "target-groups": { "$ref": "#/$defs/targetGroups" },
            "load-balancers": { "$ref": "#/$defs/loadBalancers" },
            "nat-gateways": {
              "description": "The NAT gateways by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/natGateway" },
              "examples": [{ "nat-a": { "subnet": "public-a", "elastic-ip": "203.0.113.11" } }]
            },
            "security-groups": {
              "description": "The security groups by name. The group `default` exists as soon as an instance names none.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/securityGroup" },
              "examples": [{ "app": { "ingress": [{ "tcp": 8080, "from": "10.0.0.0/16" }] } }]
            },
            "instances": {
              "description": "The EC2 instances by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/instance" },
              "examples": [{ "app": { "subnet": "private-a", "security-groups": ["app"], "listens": { "http": 8080 } } }]
            },
            "tasks": {
              "description": "The ECS tasks with a network interface of their own (network mode awsvpc), by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/task" },
              "examples": [{ "web": { "launch": "fargate", "subnet": "public-a", "assign-public-ip": "ENABLED" } }]
            },
            "internet": {
              "description": "The hosts of the Internet by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/internetHost" },
              "examples": [{ "mirror": { "address": "198.51.100.10", "names": ["archive.ubuntu.com"], "serves": ["apt"] } }]
            },
            "checks": {
              "description": "The claims to prove, in the order of the report.",
              "type": ["array", "null"],
              "items": { "$ref": "#/$defs/check" }
            }
        """#

    /// Words that everything else is made of.
    static let basics = #"""
            "nodeName": {
              "description": "1 to 63 of a-z, 0-9 and -: it becomes a namespace, and its beginning names an interface.",
              "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$",
              "not": { "enum": ["lo", "all", "default", "internet", "eth0"] }
            },
            "objectName": {
              "description": "1 to 63 of a-z, 0-9 and -.",
              "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"
            },
            "address": {
              "description": "An IPv4 address.",
              "type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "examples": ["10.0.1.10"]
            },
            "cidr": {
              "description": "An IPv4 CIDR block without host bits.",
              "type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", "examples": ["10.0.0.0/16"]
            },
            "port": { "description": "A port.", "type": "integer", "minimum": 1, "maximum": 65535 },
            "portRange": {
              "description": "A port, a range such as 8000-8100, or `all`.",
              "anyOf": [
                { "$ref": "#/$defs/port" },
                { "type": "string", "pattern": "^([0-9]{1,5}(-[0-9]{1,5})?|all)$" }
              ],
              "examples": [443, "8000-8100", "all"]
            },
            "ports": {
              "description": "A port, a range, `all`, or a list of these.",
              "anyOf": [
                { "$ref": "#/$defs/portRange" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/portRange" } }
              ]
            },
            "names": {
              "description": "One name or a list of names.",
              "anyOf": [{ "type": "string" }, { "type": "array", "minItems": 1, "items": { "type": "string" } }]
            }
        """#
}
