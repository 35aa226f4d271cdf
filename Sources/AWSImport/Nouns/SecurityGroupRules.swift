extension Record {
    /// A rule that `describe-security-group-rules` prints, in the form in which its group describes it.
    var asPermission: Record {
        var permission = members.filter { ["IpProtocol", "FromPort", "ToPort"].contains($0.key) }
        if let block = value("CidrIpv4") { permission.append(list("IpRanges", "CidrIp", block)) }
        if let block = value("CidrIpv6") { permission.append(list("Ipv6Ranges", "CidrIpv6", block)) }
        if let id = value("PrefixListId") { permission.append(list("PrefixListIds", "PrefixListId", id)) }
        if let group = value("ReferencedGroupInfo") {
            permission.append(.init(key: "UserIdGroupPairs", value: group.with(.list([group]))))
        }
        return Record(members: permission, origin: origin, path: path, file: file, ledger: ledger)
    }

    /// `"IpRanges": [{"CidrIp": …}]`.
    private func list(_ key: String, _ inner: String, _ value: JSONValue) -> JSONValue.Member {
        .init(key: key, value: value.with(.list([value.with(.object([.init(key: inner, value: value)]))])))
    }
}
