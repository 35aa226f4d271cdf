/// What an nginx server block answers.
public enum NginxContent: Equatable, Sendable {
    /// Hands requests to a group of backends. `idleTimeout` in seconds.
    case proxy(upstream: String, idleTimeout: Int)
    /// 301 to the same address by HTTPS.
    case redirectToHTTPS(port: UInt16)
    case status(Int)
    /// Says which source address it saw, as the lab's `http` listeners do.
    case echo
    /// An OCI image registry, read-only, with bearer tokens; the folder holds `v2/NAME/manifests` and `blobs`.
    case registry(folder: String)

    func lines(node: String) -> [String] {
        switch self {
        case .proxy(let upstream, let idleTimeout): Self.proxy(upstream, idleTimeout)
        case .redirectToHTTPS(let port):
            ["location / { return 301 https://$host\(port == 443 ? "" : ":\(port)")$request_uri; }"]
        case .status(let status): ["location / { return \(status); }"]
        case .echo: Self.echo(node)
        case .registry(let folder): Self.registry(folder)
        }
    }

    /// What an application load balancer tells its targets of the client [ALB, X-Forwarded headers: append].
    private static func proxy(_ upstream: String, _ idleTimeout: Int) -> [String] {
        [
            "keepalive_timeout \(idleTimeout)s;",
            "location / {",
            "    proxy_pass http://\(upstream);",
            "    proxy_http_version 1.1;",
            "    proxy_set_header Connection \"\";",
            "    proxy_set_header Host $http_host;",
            "    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "    proxy_set_header X-Forwarded-Proto $scheme;",
            "    proxy_set_header X-Forwarded-Port $server_port;",
            "    proxy_connect_timeout 2s;",
            "    proxy_read_timeout \(idleTimeout)s;",
            "}",
        ]
    }

    private static func echo(_ node: String) -> [String] {
        [
            "keepalive_timeout 3600s;",
            "location / {",
            "    default_type text/plain;",
            "    add_header X-Netlab-Node \(node) always;",
            "    add_header X-Netlab-Seen-From $remote_addr:$remote_port always;",
            "    return 200 \"netlab \(node) seen-from $remote_addr:$remote_port\\n\";",
            "}",
        ]
    }

    /// The distribution protocol: a token first, then manifest and blobs by digest.
    private static func registry(_ folder: String) -> [String] {
        let challenge = [
            "error_page 401 @token;",
            "location @token {",
            "    add_header WWW-Authenticate 'Bearer realm=\"https://$http_host/token\",service=\"netlab\"' always;",
            "    add_header Docker-Distribution-Api-Version registry/2.0 always;",
            "    default_type application/json;",
            "    return 401 '{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}';",
            "}",
        ]
        return challenge + [
            "root \(folder);",
            "location = /token {",
            "    default_type application/json;",
            "    return 200 '{\"token\":\"netlab-lab\",\"expires_in\":300}';",
            "}",
            "location = /v2/ {",
            "    if ($http_authorization != \"Bearer netlab-lab\") { return 401; }",
            "    default_type application/json;",
            "    return 200 '{}';",
            "}",
            "location ~ ^/v2/.+/manifests/ {",
            "    if ($http_authorization != \"Bearer netlab-lab\") { return 401; }",
            "    default_type application/vnd.oci.image.manifest.v1+json;",
            "}",
            "location ~ ^/v2/.+/blobs/ {",
            "    if ($http_authorization != \"Bearer netlab-lab\") { return 401; }",
            "    default_type application/octet-stream;",
            "}",
        ]
    }
}
