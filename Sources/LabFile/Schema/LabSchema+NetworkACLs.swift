extension LabSchema {
    /// Network ACLs and their rules.
    static let networkACLs = #"""
            "networkACLs": {
              "description": "Network ACLs by name: stateless lists on the border of the subnets that choose them.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/networkACL" },
              "examples": [{ "strict": { "ingress": [{ "rule": 100, "allow": null, "tcp": 443, "from": "0.0.0.0/0" }] } }]
            },
            "networkACL": {
              "description": "The lowest number that matches decides; what matches none is dropped by the rule *.",
              "type": ["object", "null"],
              "additionalProperties": false,
              "properties": {
                "default": {
                  "description": "Whether it serves every subnet that chooses none. Without such a list everything passes.",
                  "type": "boolean"
                },
                "ingress": {
                  "description": "Into the subnets.",
                  "type": ["array", "null"], "items": { "$ref": "#/$defs/ingressACLRule" }
                },
                "egress": {
                  "description": "Out of the subnets.",
                  "type": ["array", "null"], "items": { "$ref": "#/$defs/egressACLRule" }
                }
              }
            },
            "ingressACLRule": {
              "description": "A numbered rule: one kind of traffic, one block.",
              "type": "object",
              "additionalProperties": false,
              "required": ["rule", "from"],
              "oneOf": [{ "required": ["allow"] }, { "required": ["deny"] }],
              "properties": {
        \#(ruleKeys),
                "from": { "description": "The source.", "$ref": "#/$defs/cidr" }
              }
            },
            "egressACLRule": {
              "description": "A numbered rule: one kind of traffic, one block.",
              "type": "object",
              "additionalProperties": false,
              "required": ["rule", "to"],
              "oneOf": [{ "required": ["allow"] }, { "required": ["deny"] }],
              "properties": {
        \#(ruleKeys),
                "to": { "description": "The destination.", "$ref": "#/$defs/cidr" }
              }
            }
        """#

    private static let ruleKeys = #"""
                "rule": {
                  "description": "Its number; the order of evaluation.",
                  "type": "integer", "minimum": 1, "maximum": 32766, "examples": [100]
                },
                "allow": { "description": "A bare word.", "type": "null" },
                "deny": { "description": "A bare word.", "type": "null" },
                "tcp": { "description": "A TCP port or range.", "$ref": "#/$defs/portRange" },
                "udp": { "description": "A UDP port or range.", "$ref": "#/$defs/portRange" },
                "icmp": { "$ref": "#/$defs/icmpKind" },
                "protocol": { "description": "Another protocol by number.", "type": "integer" },
                "all": { "description": "All traffic.", "const": true }
        """#

    /// Endpoints of a VPC.
    static let endpoints = #"""
            "endpoints": {
              "description": "Private ways to services of AWS, by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/vpcEndpoint" },
              "examples": [{ "s3": { "type": "gateway", "prefix-list": "pl-s3" } }]
            },
            "vpcEndpoint": {
              "description": "gateway: reached by a route to its prefix list. interface: network interfaces in subnets.",
              "type": "object",
              "additionalProperties": false,
              "required": ["type"],
              "oneOf": [{ "required": ["prefix-list"] }, { "required": ["subnets"] }],
              "properties": {
                "type": { "enum": ["gateway", "interface"] },
                "service": {
                  "description": "Left out: com.amazonaws.us-east-1.<name>.",
                  "type": "string", "examples": ["com.amazonaws.us-east-1.sqs"]
                },
                "prefix-list": { "description": "Of a gateway endpoint.", "type": "string" },
                "subnets": {
                  "description": "Of an interface endpoint: one in a zone, or a mapping to addresses. Each is a node <name>-<zone>.",
                  "anyOf": [
                    { "$ref": "#/$defs/names" },
                    { "type": "object", "additionalProperties": { "$ref": "#/$defs/address" } }
                  ],
                  "examples": [["private-a"], { "private-a": "10.0.1.50" }]
                },
                "security-groups": {
                  "description": "Of an interface endpoint. Left out: the default group.",
                  "$ref": "#/$defs/names"
                }
              }
            }
        """#
}
