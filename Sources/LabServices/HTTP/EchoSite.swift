import NIOCore
import NIOHTTP1

/// The site of every `http` listener: says who it saw, sends bytes on request, and returns what it was given.
struct EchoSite: HTTPSite {
    static let largestStream = 1 << 30

    let kind = SocketKind.http
    let bodyLimit = 1 << 20

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        var answer = content(request)
        answer.headers.add(name: "Server", value: "netlab")
        answer.headers.add(name: "X-Netlab-Node", value: request.node)
        answer.headers.add(name: "X-Netlab-Seen-From", value: request.peer.description)
        return answer
    }

    private func content(_ request: HTTPRequest) -> HTTPAnswer {
        switch request.method {
        case .POST:
            let type = request.headers.first(name: "Content-Type") ?? "application/octet-stream"
            return HTTPAnswer(.ok, headers: ["Content-Type": type], body: .bytes(request.body))
        case .GET, .HEAD:
            if request.path == "/ip" { return HTTPAnswer(.ok, text: "\(request.peer.address)\n") }
            if request.path.hasPrefix("/bytes/") { return bytes(request.path.dropFirst(7)) }
            return HTTPAnswer(.ok, text: "netlab \(request.node) seen-from \(request.peer)\n")
        default:
            return HTTPAnswer(.methodNotAllowed, headers: ["Allow": "GET, HEAD, POST"], text: "try GET, HEAD or POST\n")
        }
    }

    private func bytes(_ text: Substring) -> HTTPAnswer {
        guard text.utf8.allSatisfy({ 48...57 ~= $0 }), let count = Int(text), count <= Self.largestStream else {
            return HTTPAnswer(.badRequest, text: "/bytes/N: N is 0 to \(Self.largestStream)\n")
        }
        return HTTPAnswer(
            .ok, headers: ["Content-Type": "application/octet-stream"], body: .stream(PatternSource(count: count)))
    }
}
