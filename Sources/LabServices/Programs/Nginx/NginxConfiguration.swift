public import IPAddressing

/// One nginx of a lab: an application load balancer's node, or a server that speaks HTTPS.
///
/// One worker, as an ordinary user of a user namespace of its own (its node's `net.ipv4.ip_unprivileged_port_start`
/// must be 0); everything it writes lies in the lab's state folder.
public struct NginxConfiguration: Codable, Equatable, Sendable {
    /// A group of backends that share requests in turn.
    public struct Upstream: Codable, Equatable, Sendable {
        public var name: String
        public var servers: [Backend]

        public init(name: String, servers: [Backend]) {
            self.name = name
            self.servers = servers
        }
    }

    /// One backend.
    public struct Backend: Codable, Hashable, Sendable {
        public var address: IPv4Address
        public var port: UInt16

        public init(_ address: IPv4Address, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// A port it listens on.
    public struct Server: Codable, Equatable, Sendable {
        public var port: UInt16
        /// `nil` is plain HTTP.
        public var certificate: Certificate?
        public var content: NginxContent
        /// Requests pass the web application firewall first.
        public var hasFirewall: Bool

        public init(
            port: UInt16, certificate: Certificate? = nil, content: NginxContent, hasFirewall: Bool = false
        ) {
            self.port = port
            self.certificate = certificate
            self.content = content
            self.hasFirewall = hasFirewall
        }
    }

    public var node: String
    /// The path without extension of what it writes: `/run/netlab/alb-private/nginx-alb-a`.
    public var base: String
    public var upstreams: [Upstream]
    public var servers: [Server]

    public init(node: String, base: String, upstreams: [Upstream] = [], servers: [Server]) {
        self.node = node
        self.base = base
        self.upstreams = upstreams
        self.servers = servers
    }

    var firewallFile: String { "\(base).waf.conf" }
    private var hasFirewall: Bool { servers.contains(where: \.hasFirewall) }

    /// The configuration file.
    public var text: String {
        var lines: [String] = []
        if hasFirewall { lines.append("load_module \(NginxFirewall.module);") }
        lines += [
            "daemon off;", "worker_processes 1;", "pid \(base).pid;", "error_log \(base).error.log notice;",
            "events { worker_connections 4096; }", "http {",
        ]
        lines += Self.indented(temporaryFolders + logging + upstreams.flatMap(lines(of:)) + limits)
        lines += servers.flatMap { Self.indented(self.lines(of: $0)) }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private var temporaryFolders: [String] {
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(base).\($0);" }
    }

    /// One JSON line a request, in the form of the lab's own access log.
    private var logging: [String] {
        let format =
            #"{"time":"$time_iso8601","node":"\#(node)","service":"http","peer":"$remote_addr:$remote_port","#
            + #""method":"$request_method","path":"$request_uri","status":$status,"bytes":$body_bytes_sent,"#
            + #""upstream":"$upstream_addr"}"#
        return [
            "log_format netlab escape=json '\(format)';", "access_log \(base).access.jsonl netlab;",
            "server_tokens off;", "client_max_body_size 0;",
        ]
    }

    /// A client that asks more than fifty times a second, after a burst of a hundred, is taken for an attack.
    private var limits: [String] {
        hasFirewall ? ["limit_req_zone $binary_remote_addr zone=clients:1m rate=50r/s;", "limit_req_status 403;"] : []
    }

    private func lines(of upstream: Upstream) -> [String] {
        let servers = upstream.servers.map { "    server \($0.address):\($0.port) max_fails=0;" }
        return ["upstream \(upstream.name) {"] + servers + ["    keepalive 16;", "}"]
    }

    private func lines(of server: Server) -> [String] {
        var lines = ["listen \(server.port)\(server.certificate == nil ? "" : " ssl");"]
        if let certificate = server.certificate {
            lines += [
                "ssl_protocols TLSv1.2 TLSv1.3;", "ssl_certificate \(certificate.chainFile);",
                "ssl_certificate_key \(certificate.keyFile);",
            ]
        }
        if server.hasFirewall {
            lines += [
                "modsecurity on;", "modsecurity_rules_file \(firewallFile);", "client_max_body_size 128k;",
                "error_page 413 =403 /blocked;",
                "location = /blocked { internal; client_max_body_size 0; modsecurity off; return 403; }",
                "limit_req zone=clients burst=100 nodelay;",
            ]
        }
        return ["server {"] + Self.indented(lines + server.content.lines(node: node)) + ["}"]
    }

    private static func indented(_ lines: [String]) -> [String] { lines.map { "    \($0)" } }
}
