import IPAddressing
public import Namespaces

/// One item of the instance metadata service, asked for as IMDSv2 wants it: a PUT for a token, then the GET.
///
/// Equivalent to `curl -H "X-aws-ec2-metadata-token: $(curl -X PUT …/latest/api/token)" …/latest/meta-data/ITEM`.
public struct MetadataProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Item>

    /// What the service answered to the GET.
    public struct Item: Hashable, Sendable {
        /// 200, 404 for an item the instance does not have, 401 without a token.
        public let status: Int
        public let text: String
        /// The status of the PUT; `nil` when no token was asked for.
        public let tokenStatus: Int?
    }

    /// 169.254.169.254, link-local: no route of a VPC ever carries it.
    public static let serviceAddress = SocketAddress(address: IPv4Address(169, 254, 169, 254), port: 80)

    public let namespace: NetworkNamespace
    public let item: String
    public let service: SocketAddress
    public let asksForToken: Bool
    public let timeout: Duration

    /// - Parameters:
    ///   - item: the path below `/latest/meta-data/`, e.g. `public-ipv4`.
    ///   - asksForToken: `false` asks as IMDSv1 did.
    ///   - timeout: for each of the two requests.
    public init(
        from namespace: NetworkNamespace, item: String, service: SocketAddress = Self.serviceAddress,
        asksForToken: Bool = true, timeout: Duration = .seconds(1)
    ) {
        self.namespace = namespace
        self.item = item
        self.service = service
        self.asksForToken = asksForToken
        self.timeout = timeout
    }

    public func run() throws -> Outcome {
        let watch = Stopwatch()
        var headers: [HTTPResponse.Header] = []
        var tokenStatus: Int?
        if asksForToken {
            let lifetime = HTTPResponse.Header(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "60")
            let put = try HTTPProbe(
                from: namespace, to: service, method: "PUT", path: "/latest/api/token", headers: [lifetime],
                bodyLimit: 65_536, timeout: timeout
            ).run()
            guard case .reply(let token) = put.answer else {
                return Outcome(local: put.local, duration: watch.elapsed, answer: .none(put.noReply ?? .timedOut))
            }
            tokenStatus = token.status
            // The token goes into a header: nothing but plain characters may.
            let text = token.response.text
            if token.status == 200, !text.isEmpty, text.utf8.allSatisfy({ 33...126 ~= $0 }) {
                headers.append(HTTPResponse.Header(name: "X-aws-ec2-metadata-token", value: text))
            }
        }
        let get = try HTTPProbe(
            from: namespace, to: service, path: "/latest/meta-data/\(item)", headers: headers, bodyLimit: 65_536,
            timeout: timeout
        ).run()
        let answer: Outcome.Answer =
            switch get.answer {
            case .reply(let reply):
                .reply(Item(status: reply.status, text: reply.response.text, tokenStatus: tokenStatus))
            case .none(let reason): .none(reason)
            }
        return Outcome(local: get.local, duration: watch.elapsed, answer: answer)
    }
}
