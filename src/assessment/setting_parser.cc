#include "assessment/setting_parser.h"

#include "assessment/custom_resource.h"
#include "assessment/field_reader.h"
#include "base/json.h"

namespace narrows::assessment {
namespace {

namespace json = boost::json;

SecretReference ReadCredential(const FieldReader& parent) {
  const FieldReader field = parent.Object("credentialRef");
  return {field.Text("namespace", 63), field.Text("name", 253)};
}

RegistryEndpoint ReadRegistry(const FieldReader& field) {
  RegistryEndpoint registry;
  registry.name = field.RequiredText("name", 253);
  registry.endpoint = field.RequiredText("endpoint", 2048);
  registry.provider = field.RequiredText("provider", 64);
  registry.credential = ReadCredential(field);
  registry.skip_tls_verify = field.Flag("skipTLSVerify").value_or(false);
  return registry;
}

void ReadSettingSpec(const FieldReader& spec, Setting& setting) {
  const FieldReader source = spec.Object("dataSource");
  setting.has_data_source = source.present();
  if (source.present()) {
    setting.data_source = ReadRegistry(source);
    setting.disabled = source.Flag("disabled").value_or(false);
    if (const auto& provider = setting.data_source.provider;
        !provider.empty() && provider != "Harbor") {
      source.Wrong("provider", "\"" + Printable(provider, 40) + "\" must be Harbor");
    }
    setting.scan_schedule = source.Text("scanSchedule", 256);
    if (!setting.scan_schedule.empty()) {
      const auto schedule = Schedule::Parse(setting.scan_schedule);
      if (!schedule.has_value()) source.Wrong("scanSchedule", schedule.error().message);
    }
    setting.notices.push_back({source.path(), "Harbor is not connected yet"});
  }
  spec.ForEachObject("knownRegistries", 256, [&](const FieldReader& field) {
    setting.known_registries.push_back(ReadRegistry(field));
  });
  if (!setting.known_registries.empty()) {
    setting.notices.push_back(
        {spec.PathOf("knownRegistries"), "registries are not registered with Harbor yet"});
  }
  if (spec.Has("vacDataSource")) {
    setting.notices.push_back({spec.PathOf("vacDataSource"), "the service exists no more"});
  }
  if (spec.Has("cache")) {
    setting.notices.push_back({spec.PathOf("cache"), "Narrows keeps its own store"});
  }
}

}  // namespace

Result<Setting> ParseSetting(std::string_view object_json) {
  ASSIGN_OR_RETURN(const json::value document, ReadCustomResource(object_json, "Setting"));
  std::vector<std::string> errors;
  const json::object& root = document.get_object();
  Setting setting;
  setting.meta = ReadMetadata(root, errors);
  ReadSettingSpec(FieldReader(JsonObject(root, "spec"), "spec", errors), setting);
  if (!errors.empty()) return InvalidArgument(JoinErrors(errors));
  return setting;
}

}  // namespace narrows::assessment
