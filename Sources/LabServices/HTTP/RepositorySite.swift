import NIOHTTP1

/// A Debian package repository: plain files of one folder, as apt fetches them.
struct RepositorySite: HTTPSite {
    /// Archive names that sources lists put in front; taken away unless the folder has them.
    private static let archives: Set<String> = ["ubuntu", "debian", "debian-security"]

    let kind = SocketKind.apt
    let bodyLimit = 0
    /// Absolute and without links.
    private let root: String

    /// `nil` if that is not a folder.
    init?(root: String) {
        guard let root = realPath(root), isFolder(root) else { return nil }
        self.root = root == "/" ? "" : root
    }

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        var answer = content(request)
        answer.headers.add(name: "Server", value: "netlab")
        answer.headers.add(name: "X-Netlab-Node", value: request.node)
        answer.headers.add(name: "X-Netlab-Seen-From", value: request.peer.description)
        return answer
    }

    private func content(_ request: HTTPRequest) -> HTTPAnswer {
        guard request.method == .GET || request.method == .HEAD else {
            return HTTPAnswer(.methodNotAllowed, headers: ["Allow": "GET, HEAD"], text: "try GET or HEAD\n")
        }
        guard var path = RepositoryPath(request.path) else { return HTTPAnswer(.badRequest, text: "bad path\n") }
        if let first = path.parts.first, Self.archives.contains(first), !isFolder("\(root)/\(first)") {
            path.parts.removeFirst()
        }
        guard let file = RepositoryFile(path, in: root) else { return HTTPAnswer(.notFound, text: "no such file\n") }
        let headers: HTTPHeaders = [
            "Last-Modified": file.modified.description, "ETag": file.tag, "Accept-Ranges": "bytes",
        ]
        if isUnchanged(file, request.headers) {
            return HTTPAnswer(.notModified, headers: headers, text: "")
        }
        return send(file, request.headers, headers, type: Self.contentType(path.parts.last ?? ""))
    }

    private func send(
        _ file: RepositoryFile, _ asked: HTTPHeaders, _ headers: HTTPHeaders, type: String
    ) -> HTTPAnswer {
        var headers = headers
        headers.add(name: "Content-Type", value: type)
        let range = isSameVersion(file, asked) ? ByteRange(asked.first(name: "Range"), fileSize: file.size) : .whole
        switch range {
        case .whole:
            return HTTPAnswer(.ok, headers: headers, body: .stream(FileSource(file, 0..<file.size)))
        case .part(let part):
            headers.add(name: "Content-Range", value: "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)")
            return HTTPAnswer(.partialContent, headers: headers, body: .stream(FileSource(file, part)))
        case .unsatisfiable:
            headers.replaceOrAdd(name: "Content-Range", value: "bytes */\(file.size)")
            return HTTPAnswer(.rangeNotSatisfiable, headers: headers, text: "")
        }
    }

    /// Whether the client's copy is still good. A tag, where given, outweighs the date (RFC 9110, 13.2.2).
    private func isUnchanged(_ file: RepositoryFile, _ asked: HTTPHeaders) -> Bool {
        let tags = asked[canonicalForm: "If-None-Match"]
        if !tags.isEmpty { return tags.contains { $0 == "*" || $0.drop(prefix: "W/") == file.tag } }
        guard let date = asked.first(name: "If-Modified-Since").flatMap(HTTPDate.init) else { return false }
        return file.modified <= date
    }

    /// Whether a partial download may go on: `If-Range` is absent or names this version.
    private func isSameVersion(_ file: RepositoryFile, _ asked: HTTPHeaders) -> Bool {
        guard let condition = asked.first(name: "If-Range") else { return true }
        return condition == file.tag || HTTPDate(condition) == file.modified
    }

    private static func contentType(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "deb": "application/vnd.debian.binary-package"
        case "gz": "application/gzip"
        case "xz": "application/x-xz"
        case "gpg": "application/octet-stream"
        case "asc": "application/pgp-signature"
        default: "text/plain; charset=utf-8"
        }
    }
}

extension Substring {
    fileprivate func drop(prefix: String) -> Substring { hasPrefix(prefix) ? dropFirst(prefix.count) : self }
}
