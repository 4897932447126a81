#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/json_path.h"
#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"
#include "findings/benchmark/audit/cluster_objects.h"
#include "findings/benchmark/audit/parsed_list.h"

namespace narrows::findings::benchmark::audit {
namespace {

namespace json = boost::json;
using Objects = std::vector<const json::object*>;

// As Go's encoder writes an object with an indent of four: keys in order, <, > and & escaped.
void Indented(const json::value& value, size_t indent, std::string& out) {
  const auto line = [&](size_t depth) { out += "\n" + std::string(depth * 4, ' '); };
  if (const auto* array = value.if_array()) {
    if (array->empty()) {
      out += "[]";
      return;
    }
    out += '[';
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      line(indent + 1);
      Indented((*array)[i], indent + 1, out);
    }
    line(indent);
    out += ']';
    return;
  }
  if (const auto* object = value.if_object()) {
    if (object->empty()) {
      out += "{}";
      return;
    }
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      line(indent + 1);
      Indented(json::string(members[i]->key()), 0, out);
      out += ": ";
      Indented(members[i]->value(), indent + 1, out);
    }
    line(indent);
    out += '}';
    return;
  }
  for (const char c : json::serialize(value)) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
}

struct Request {
  std::vector<std::string> words;
  std::string name_space;
  bool all_namespaces = false;
  std::string output;
  bool headers = true;
  std::string field_selector;
  std::string as;
};

Result<Request> ReadRequest(const Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "n:Ao:hf:u:",
                                                      {{"namespace", 'n'},
                                                       {"all-namespaces", 'A'},
                                                       {"output", 'o'},
                                                       {"no-headers", 'h'},
                                                       {"field-selector", 'f'},
                                                       {"as", 'u'}}));
  Request request;
  request.words = options.operands;
  for (const auto& [option, value] : options.given) {
    const std::string text =
        option == 'o' && !value.empty() && value[0] == '=' ? value.substr(1) : value;
    if (option == 'n') request.name_space = text;
    if (option == 'A') request.all_namespaces = true;
    if (option == 'o') request.output = text;
    if (option == 'h') request.headers = false;
    if (option == 'f') request.field_selector = text;
    if (option == 'u') request.as = text;
  }
  return request;
}

// ".metadata.name" and "{.metadata.name}" are the same to custom columns.
std::string Braced(std::string_view path) {
  if (!path.empty() && path[0] == '{') return std::string(path);
  return "{" + std::string(path.substr(0, 1) == "." ? "" : ".") + std::string(path) + "}";
}

class Get {
 public:
  Get(Call& call, const Request& request) : call_(call), request_(request) {}

  Result<int> Run() {
    if (request_.words.size() < 2 || request_.words.size() > 3)
      return NotUnderstood("kubectl get but for one resource and at most one name");
    resource_ = FindResource(request_.words[1]);
    if (resource_ == nullptr) return NotUnderstood("kubectl get " + request_.words[1]);
    ASSIGN_OR_RETURN(ClusterObjects * objects, call_.session().objects());
    ASSIGN_OR_RETURN(const ParsedList* list, objects->List(*resource_));
    const std::string name_space = !resource_->namespaced ? ""
                                   : !request_.name_space.empty()
                                       ? request_.name_space
                                       : objects->facts().DefaultNamespace();
    if (request_.words.size() == 3) return One(*list, name_space);
    return Many(*list, name_space);
  }

 private:
  Result<int> One(const ParsedList& list, const std::string& name_space) {
    if (request_.all_namespaces || !request_.field_selector.empty())
      return NotUnderstood("kubectl get of one object with a selector");
    const std::string& name = request_.words[2];
    const auto found = list.by_name.find(name_space + "/" + name);
    if (found == list.by_name.end()) {
      const std::string group = resource_->group.empty() ? "" : "." + std::string(resource_->group);
      call_.Say("Error from server (NotFound): " + std::string(resource_->plural) + group + " \"" +
                name + "\" not found\n");
      return 1;
    }
    return Print({list.items[found->second]}, false);
  }

  Result<int> Many(const ParsedList& list, const std::string& name_space) {
    std::string name;
    if (!request_.field_selector.empty()) {
      static constexpr std::string_view kName = "metadata.name=";
      if (request_.field_selector.rfind(kName, 0) != 0 ||
          request_.field_selector.find_first_of(",!=", kName.size()) != std::string::npos) {
        return NotUnderstood("kubectl --field-selector " + request_.field_selector);
      }
      name = request_.field_selector.substr(kName.size());
    }
    Objects chosen;
    for (const json::object* object : list.items) {
      const json::object* metadata = JsonObject(*object, "metadata");
      if (resource_->namespaced && !request_.all_namespaces &&
          JsonString(*metadata, "namespace") != name_space) {
        continue;
      }
      if (!name.empty() && JsonString(*metadata, "name") != name) continue;
      chosen.push_back(object);
    }
    RETURN_IF_ERROR(call_.session().Step(list.items.size()));
    return Print(chosen, true);
  }

  Result<int> Print(const Objects& objects, bool as_list) {
    const std::string& output = request_.output;
    if (output == "json") {
      std::string text;
      if (as_list) {
        Indented(ListOf(objects), 0, text);
      } else {
        Indented(*objects.front(), 0, text);
      }
      call_.streams.out.Write(text + "\n");
      return 0;
    }
    if (output.rfind("jsonpath=", 0) == 0) {
      ASSIGN_OR_RETURN_WITHIN(const JsonPath path, JsonPath::Parse(Bare(output.substr(9))),
                              "not understood");
      ASSIGN_OR_RETURN_WITHIN(const std::string text,
                              path.Print(as_list ? ListOf(objects) : json::value(*objects.front())),
                              "not understood");
      call_.streams.out.Write(text);
      return 0;
    }
    if (output.rfind("custom-columns=", 0) == 0) return Columns(objects, output.substr(15));
    return NotUnderstood("kubectl get -o '" + output + "'");
  }

  static std::string Bare(const std::string& path) {
    return path.find('{') == std::string::npos ? Braced(path) : path;
  }

  static json::value ListOf(const Objects& objects) {
    json::array items;
    for (const json::object* object : objects) items.push_back(*object);
    return {{"apiVersion", "v1"},
            {"items", std::move(items)},
            {"kind", "List"},
            {"metadata", {{"resourceVersion", ""}}}};
  }

  Result<int> Columns(const Objects& objects, const std::string& spec) {
    std::vector<JsonPath> paths;
    std::vector<std::vector<std::string>> rows(request_.headers ? 1 : 0);
    for (const std::string_view column : Split(spec, ',')) {
      const size_t colon = column.find(':');
      if (colon == std::string_view::npos) return NotUnderstood("custom-columns=" + spec);
      ASSIGN_OR_RETURN_WITHIN(JsonPath path, JsonPath::Parse(Braced(column.substr(colon + 1))),
                              "not understood");
      paths.push_back(std::move(path));
      if (request_.headers) rows.front().emplace_back(column.substr(0, colon));
    }
    for (const json::object* object : objects) {
      RETURN_IF_ERROR(call_.session().Step());
      auto& row = rows.emplace_back();
      const json::value document = *object;
      for (const JsonPath& path : paths) {
        ASSIGN_OR_RETURN_WITHIN(const auto found, path.Find(document), "not understood");
        std::string cell;
        for (const auto& part : found) {
          for (const json::value& value : part) cell += (cell.empty() ? "" : ",") + GoText(value);
        }
        const bool none = found.empty() || found.front().empty();
        row.push_back(none ? "<none>" + cell : cell);
      }
    }
    PrintRows(rows);
    return 0;
  }

  void PrintRows(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> widths;
    for (const auto& row : rows) {
      widths.resize(row.size(), 6);
      for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size() + 3);
    }
    for (const auto& row : rows) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size(), ' ');
      }
      call_.streams.out.Write(line + "\n");
    }
  }

  Call& call_;
  const Request& request_;
  const Resource* resource_ = nullptr;
};

Result<int> CanI(Call& call, const Request& request) {
  if (request.words.size() != 4 || request.words[1] != "can-i" || request.as.empty() ||
      !request.output.empty()) {
    return NotUnderstood("kubectl auth but for can-i VERB RESOURCE --as USER");
  }
  // Rights can be asked for of any resource, by its plural name where it is none of ours.
  const Resource* known = FindResource(request.words[3]);
  const std::string resource = known == nullptr ? request.words[3] : std::string(known->plural);
  if (resource.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos)
    return NotUnderstood("kubectl auth can-i with " + resource);
  ASSIGN_OR_RETURN(ClusterObjects * objects, call.session().objects());
  const ClusterFacts& facts = objects->facts();
  std::string name_space =
      request.name_space.empty() ? facts.DefaultNamespace() : request.name_space;
  if (request.all_namespaces || (known != nullptr && !known->namespaced)) name_space.clear();
  ASSIGN_OR_RETURN(const bool can, facts.CanI(request.words[2], resource, name_space, request.as));
  call.streams.out.Write(can ? "yes\n" : "no\n");
  return can ? 0 : 1;
}

}  // namespace

Result<int> RunKubectl(Call& call) {
  ASSIGN_OR_RETURN(const Request request, ReadRequest(call));
  if (request.words.empty()) return NotUnderstood("kubectl without a command");
  if (request.words[0] == "get") return Get(call, request).Run();
  if (request.words[0] == "auth") return CanI(call, request);
  return NotUnderstood("kubectl " + request.words[0]);
}

}  // namespace narrows::findings::benchmark::audit
