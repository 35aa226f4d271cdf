import IPAddressing
import NIOHTTP1

/// The instance metadata service of one VPC, version 2 only: no token, no answer.
struct MetadataSite: HTTPSite {
    private static let lifetimeHeader = "X-aws-ec2-metadata-token-ttl-seconds"
    private static let tokenHeader = "X-aws-ec2-metadata-token"

    let kind = SocketKind.metadata
    let bodyLimit = 0
    private let instances: [IPv4Address: InstanceMetadata]
    private let tokens: MetadataTokens

    init(_ instances: [InstanceMetadata], tokens: MetadataTokens = MetadataTokens()) {
        self.instances = Dictionary(instances.map { ($0.localAddress, $0) }, uniquingKeysWith: { first, _ in first })
        self.tokens = tokens
    }

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        var answer = content(request)
        answer.headers.replaceOrAdd(name: "Server", value: "EC2ws")
        return answer
    }

    private func content(_ request: HTTPRequest) -> HTTPAnswer {
        // On AWS nobody else can reach the service; in a lab this names the hole.
        guard let instance = instances[request.peer.address] else {
            return HTTPAnswer(.notFound, text: "no instance of this VPC has the address \(request.peer.address)\n")
        }
        if request.path == "/latest/api/token" {
            guard request.method == .PUT else {
                return HTTPAnswer(.methodNotAllowed, headers: ["Allow": "OPTIONS, PUT"], text: "")
            }
            var answer = token(for: instance, request.headers)
            // One hop and no further unless told otherwise: a container behind a bridge on the instance gets no token.
            answer.timeToLive = Int32(instance.hopLimit)
            return answer
        }
        guard request.method == .GET || request.method == .HEAD else {
            return HTTPAnswer(.methodNotAllowed, headers: ["Allow": "GET, HEAD"], text: "")
        }
        guard let token = request.headers.first(name: Self.tokenHeader),
            tokens.isValid(token, for: instance.instanceID)
        else { return HTTPAnswer(.unauthorized, text: "") }
        return item(String(request.path), of: instance)
    }

    private func token(for instance: InstanceMetadata, _ headers: HTTPHeaders) -> HTTPAnswer {
        // A proxy that forwards for others must not fetch a token for them.
        guard !headers.contains(name: "X-Forwarded-For") else { return HTTPAnswer(.forbidden, text: "") }
        guard let text = headers.first(name: Self.lifetimeHeader), text.utf8.allSatisfy({ 48...57 ~= $0 }),
            let seconds = Int(text), MetadataTokens.lifetimes.contains(seconds)
        else { return HTTPAnswer(.badRequest, text: "") }
        return HTTPAnswer(
            .ok, headers: [Self.lifetimeHeader: text], text: tokens.grant(to: instance.instanceID, seconds: seconds))
    }

    private func item(_ path: String, of instance: InstanceMetadata) -> HTTPAnswer {
        if path == "/" { return HTTPAnswer(.ok, text: "latest") }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.first == "latest", let tree = MetadataTree(instance)[path.dropFirst("/latest".count)] else {
            return HTTPAnswer(.notFound, text: "404 - Not Found\n")
        }
        let isDocument = path.hasPrefix("/latest/dynamic/")
        return HTTPAnswer(.ok, text: tree.text, type: isDocument ? "application/json" : "text/plain")
    }
}
