extension LabSchema {
    /// Several VPCs, and what joins them.
    static let topLevelConnections = #"""
            "vpcs": {
              "description": "Several VPCs by name, in place of `vpc`: each holds the sections that stand at the top level otherwise.",
              "type": "object", "minProperties": 1,
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/vpcInList" },
              "examples": [{ "a": { "cidr": "10.0.0.0/16" }, "b": { "cidr": "10.1.0.0/16" } }]
            },
            "prefix-lists": {
              "description": "Named sets of blocks, for routes and security groups.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/prefixList" },
              "examples": [{ "pl-s3": ["198.51.100.96/27"] }]
            },
            "peerings": {
              "description": "Peering connections by name. A route to one is written with its name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/peering" },
              "examples": [{ "a-b": { "between": ["a", "b"] } }]
            },
            "transit-gateways": {
              "description": "Transit gateways by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/nodeName" },
              "additionalProperties": { "$ref": "#/$defs/transitGateway" },
              "examples": [{ "hub": { "attachments": { "a": { "vpc": "a", "subnets": ["tgw-a"] } } } }]
            }
        """#

    /// What they are made of.
    static let connections = #"""
            "vpcInList": {
              "description": "A VPC and all that stands in it.",
              "type": "object",
              "additionalProperties": false,
              "required": ["cidr"],
              "properties": {
                "cidr": { "$ref": "#/$defs/vpc/properties/cidr" },
                "zones": { "$ref": "#/$defs/vpc/properties/zones" },
                "account": { "$ref": "#/$defs/vpc/properties/account" },
                "region": { "$ref": "#/$defs/vpc/properties/region" },
                "internet-gateway": { "$ref": "#/properties/internet-gateway" },
                "virtual-private-gateway": { "$ref": "#/properties/virtual-private-gateway" },
                "egress-only-internet-gateways": { "$ref": "#/properties/egress-only-internet-gateways" },
                "route-tables": { "$ref": "#/properties/route-tables" },
                "subnets": { "$ref": "#/properties/subnets" },
                "network-acls": { "$ref": "#/$defs/networkACLs" },
                "nat-gateways": { "$ref": "#/properties/nat-gateways" },
                "security-groups": { "$ref": "#/properties/security-groups" },
                "instances": { "$ref": "#/properties/instances" },
                "tasks": { "$ref": "#/properties/tasks" },
                "endpoints": { "$ref": "#/$defs/endpoints" },
                "target-groups": { "$ref": "#/$defs/targetGroups" },
                "load-balancers": { "$ref": "#/$defs/loadBalancers" }
              }
            },
            "blocks": {
              "anyOf": [
                { "$ref": "#/$defs/cidr" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/cidr" } }
              ]
            },
            "prefixList": {
              "description": "Blocks, or a mapping with the service they belong to.",
              "anyOf": [{ "$ref": "#/$defs/blocks" }, { "$ref": "#/$defs/servicePrefixList" }]
            },
            "servicePrefixList": {
              "type": "object",
              "additionalProperties": false,
              "required": ["blocks"],
              "properties": {
                "service": { "type": "string", "examples": ["com.amazonaws.us-east-1.s3"] },
                "blocks": { "$ref": "#/$defs/blocks" }
              }
            },
            "peering": {
              "description": "A peering connection: packets between the blocks of two VPCs, and no others.",
              "type": "object",
              "additionalProperties": false,
              "required": ["between"],
              "properties": {
                "between": {
                  "description": "Two VPCs whose blocks do not overlap.",
                  "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "string" }, "examples": [["a", "b"]]
                }
              }
            },
            "transitGateway": {
              "description": "A router between VPCs.",
              "type": ["object", "null"],
              "additionalProperties": false,
              "properties": {
                "attachments": {
                  "type": ["object", "null"],
                  "propertyNames": { "$ref": "#/$defs/nodeName" },
                  "additionalProperties": { "$ref": "#/$defs/attachment" }
                },
                "route-tables": {
                  "description": "Left out: one table, `default`, for all attachments, in which every VPC appears.",
                  "type": ["object", "null"],
                  "propertyNames": { "$ref": "#/$defs/objectName" },
                  "additionalProperties": { "$ref": "#/$defs/transitRouteTable" }
                }
              }
            },
            "attachment": {
              "description": "What a transit gateway is tied to: one of vpc, peering, outside.",
              "type": "object",
              "additionalProperties": false,
              "oneOf": [
                { "required": ["vpc", "subnets"] }, { "required": ["peering"] }, { "required": ["outside"] }
              ],
              "properties": {
                "vpc": { "type": "string" },
                "subnets": {
                  "description": "One in each zone. From a zone without one nothing reaches the gateway.",
                  "$ref": "#/$defs/names", "examples": [["tgw-a", "tgw-b"]]
                },
                "peering": { "description": "Another transit gateway.", "type": "string" },
                "outside": { "description": "A VPN or Direct Connect: not reproduced.", "type": "string" },
                "route-table": {
                  "description": "The table that places what comes from it. Left out: it is dropped.", "type": "string"
                },
                "prefixes": {
                  "description": "The blocks behind an attachment to the outside, for tables it propagates to.",
                  "$ref": "#/$defs/blocks"
                }
              }
            },
            "transitRouteTable": {
              "description": "A route table of a transit gateway.",
              "type": ["object", "null"],
              "additionalProperties": false,
              "properties": {
                "routes": {
                  "description": "Destination to attachment, or `blackhole`. They win over what is propagated.",
                  "type": ["object", "null"],
                  "propertyNames": { "$ref": "#/$defs/cidr" },
                  "additionalProperties": { "type": "string" },
                  "examples": [{ "0.0.0.0/0": "egress", "10.9.0.0/16": "blackhole" }]
                },
                "propagates": {
                  "description": "Attachments whose VPCs' blocks appear by themselves.",
                  "anyOf": [{ "$ref": "#/$defs/names" }, { "type": "array", "maxItems": 0 }], "examples": [["a", "b"]]
                }
              }
            }
        """#
}
