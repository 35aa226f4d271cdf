extension LabSchema {
    /// Load balancers and target groups.
    static let loadBalancing = #"""
            "targetGroups": {
              "description": "Target groups by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/targetGroup" }
            },
            "loadBalancers": {
              "description": "Load balancers by name.",
              "type": ["object", "null"],
              "propertyNames": { "$ref": "#/$defs/objectName" },
              "additionalProperties": { "$ref": "#/$defs/loadBalancer" }
            },
            "targetGroup": {
              "description": "Where a listener sends connections. Its key names protocol and port of the targets.",
              "type": "object", "additionalProperties": false, "required": ["targets"],
              "oneOf": [{ "required": ["http"] }, { "required": ["tcp"] }, { "required": ["udp"] }],
              "properties": {
                "http": { "$ref": "#/$defs/port" }, "tcp": { "$ref": "#/$defs/port" },
                "udp": { "$ref": "#/$defs/port" },
                "targets": {
                  "description": "Instances, or addresses; one with a port of its own is { target, port }.",
                  "type": "array",
                  "items": {
                    "anyOf": [
                      { "type": "string" },
                      {
                        "type": "object", "additionalProperties": false, "required": ["target"],
                        "properties": { "target": { "type": "string" }, "port": { "$ref": "#/$defs/port" } }
                      }
                    ]
                  },
                  "examples": [["app-a", "app-b"], ["10.0.1.10"]]
                },
                "preserve-client-ip": {
                  "description": "Left out: true for instances and UDP, false for addresses.", "type": "boolean"
                },
                "health-check": {
                  "type": "object", "additionalProperties": false,
                  "properties": {
                    "path": { "description": "Left out: / for http; a TCP connection otherwise.", "type": "string" },
                    "interval": { "description": "Left out: 30s.", "type": "string", "pattern": "^[0-9]{1,3}s$" },
                    "timeout": { "description": "Left out: 5s.", "type": "string", "pattern": "^[0-9]{1,3}s$" },
                    "healthy": { "description": "Left out: 5.", "type": "integer", "minimum": 1, "maximum": 10 },
                    "unhealthy": { "description": "Left out: 2.", "type": "integer", "minimum": 1, "maximum": 10 }
                  },
                  "examples": [{ "path": "/", "interval": "1s", "timeout": "1s", "healthy": 2 }]
                }
              }
            },
            "loadBalancer": {
              "description": "An application (ALB) or network (NLB) load balancer; a node <name>-<zone> in each subnet.",
              "type": "object", "additionalProperties": false, "required": ["type", "subnets", "listeners"],
              "properties": {
                "type": { "enum": ["application", "network"] },
                "scheme": { "description": "Left out: internet-facing.", "enum": ["internet-facing", "internal"] },
                "subnets": {
                  "description": "One a zone; with Elastic IPs { subnet: address }.",
                  "anyOf": [
                    { "$ref": "#/$defs/names" },
                    {
                      "type": "object",
                      "additionalProperties": {
                        "anyOf": [
                          { "type": ["string", "null"] },
                          {
                            "type": "object", "additionalProperties": false,
                            "properties": { "address": { "type": "string" }, "elastic-ip": { "type": "string" } }
                          }
                        ]
                      }
                    }
                  ],
                  "examples": [["public-a", "public-b"], { "public-a": "203.0.113.31" }]
                },
                "security-groups": { "$ref": "#/$defs/names" },
                "cross-zone": { "description": "NLB only; left out: false.", "type": "boolean" },
                "waf": { "description": "ALB only: ModSecurity with the OWASP core rules.", "type": "boolean" },
                "listeners": {
                  "type": "array", "minItems": 1,
                  "items": {
                    "type": "object", "additionalProperties": false, "minProperties": 2, "maxProperties": 2,
                    "properties": {
                      "http": { "$ref": "#/$defs/port" }, "https": { "$ref": "#/$defs/port" },
                      "tcp": { "$ref": "#/$defs/port" }, "udp": { "$ref": "#/$defs/port" },
                      "forward": { "description": "A target group.", "type": "string" },
                      "redirect": { "const": "https" },
                      "respond": { "description": "A status.", "type": "integer", "minimum": 200, "maximum": 599 }
                    }
                  },
                  "examples": [[{ "https": 443, "forward": "app" }, { "http": 80, "redirect": "https" }]]
                }
              }
            }
        """#
}
