/* SPDX-License-Identifier: MIT */
/* The members of a notebook instance; see fields.h. */
#include "fields.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

static const char *const switch_values[] = { "Enabled", "Disabled", NULL };
static const char *const address_values[] = { "ipv4", "dualstack", NULL };
static const char *const platform_values[] = { "notebook-al1-v1", "notebook-al2-v1",
	"notebook-al2-v2", "notebook-al2-v3", "notebook-al2023-v1", NULL };

const struct field_rule field_rules[FIELD_COUNT] = {
	[FIELD_STATUS] = {
		.name = "NotebookInstanceStatus", .admin_name = "status",
		.populated_value = "\"InService\"",
		.type = json_type_string, .in_summary = true,
	},
	[FIELD_FAILURE_REASON] = {
		.name = "FailureReason", .admin_name = "failure_reason", .type = json_type_string,
	},
	[FIELD_INSTANCE_TYPE] = {
		.name = "InstanceType", .admin_name = "instance_type",
		.create_name = "InstanceType", .update_name = "InstanceType",
		.populated_value = "\"ml.t3.medium\"",
		.type = json_type_string, .in_summary = true, .required = true,
	},
	[FIELD_IP_ADDRESS_TYPE] = {
		.name = "IpAddressType", .admin_name = "ip_address_type",
		.create_name = "IpAddressType", .update_name = "IpAddressType",
		.default_value = "\"ipv4\"", .populated_value = "\"ipv4\"",
		.type = json_type_string, .values = address_values,
	},
	[FIELD_SUBNET_ID] = {
		.name = "SubnetId", .admin_name = "subnet", .create_name = "SubnetId",
		.populated_value = "\"subnet-0a1b2c3d4e5f60718\"", .type = json_type_string,
	},
	[FIELD_SECURITY_GROUPS] = {
		.name = "SecurityGroups", .admin_name = "security_groups",
		.create_name = "SecurityGroupIds",
		.populated_value = "[\"sg-0a1b2c3d4e5f60718\"]", .type = json_type_array,
	},
	[FIELD_NETWORK_INTERFACE_ID] = {
		.name = "NetworkInterfaceId", .admin_name = "network_interface",
		.type = json_type_string,
	},
	[FIELD_ROLE_ARN] = {
		.name = "RoleArn", .admin_name = "role_arn", .create_name = "RoleArn",
		.update_name = "RoleArn",
		.populated_value = "\"arn:aws:iam::111111111111:role/NotebookRole\"",
		.type = json_type_string, .required = true,
	},
	[FIELD_KMS_KEY_ID] = {
		.name = "KmsKeyId", .admin_name = "kms_key", .create_name = "KmsKeyId",
		.type = json_type_string,
	},
	[FIELD_LIFECYCLE_CONFIG] = {
		.name = "NotebookInstanceLifecycleConfigName", .admin_name = "lifecycle_config",
		.create_name = "LifecycleConfigName", .update_name = "LifecycleConfigName",
		.disassociate = "DisassociateLifecycleConfig",
		.type = json_type_string, .in_summary = true,
	},
	[FIELD_DIRECT_INTERNET_ACCESS] = {
		.name = "DirectInternetAccess", .admin_name = "direct_internet_access",
		.create_name = "DirectInternetAccess",
		.default_value = "\"Enabled\"", .populated_value = "\"Disabled\"",
		.type = json_type_string, .values = switch_values,
	},
	[FIELD_ROOT_ACCESS] = {
		.name = "RootAccess", .admin_name = "root_access",
		.create_name = "RootAccess", .update_name = "RootAccess",
		.default_value = "\"Enabled\"", .populated_value = "\"Disabled\"",
		.type = json_type_string, .values = switch_values,
	},
	[FIELD_VOLUME_SIZE] = {
		.name = "VolumeSizeInGB", .admin_name = "volume_size",
		.create_name = "VolumeSizeInGB", .update_name = "VolumeSizeInGB",
		.default_value = "5", .populated_value = "5", .type = json_type_int,
	},
	[FIELD_ACCELERATOR_TYPES] = {
		.name = "AcceleratorTypes", .admin_name = "accelerator_types",
		.create_name = "AcceleratorTypes", .update_name = "AcceleratorTypes",
		.disassociate = "DisassociateAcceleratorTypes", .type = json_type_array,
	},
	[FIELD_DEFAULT_REPOSITORY] = {
		.name = "DefaultCodeRepository", .admin_name = "default_repository",
		.create_name = "DefaultCodeRepository", .update_name = "DefaultCodeRepository",
		.disassociate = "DisassociateDefaultCodeRepository",
		.type = json_type_string, .in_summary = true,
	},
	[FIELD_ADDITIONAL_REPOSITORIES] = {
		.name = "AdditionalCodeRepositories", .admin_name = "additional_repositories",
		.create_name = "AdditionalCodeRepositories",
		.update_name = "AdditionalCodeRepositories",
		.disassociate = "DisassociateAdditionalCodeRepositories",
		.type = json_type_array, .in_summary = true,
	},
	[FIELD_PLATFORM] = {
		.name = "PlatformIdentifier", .admin_name = "platform",
		.create_name = "PlatformIdentifier", .update_name = "PlatformIdentifier",
		.default_value = "\"notebook-al2-v3\"",
		.populated_value = "\"notebook-al2023-v1\"",
		.type = json_type_string, .values = platform_values,
	},
	[FIELD_METADATA_SERVICE] = {
		.name = "InstanceMetadataServiceConfiguration", .admin_name = "metadata_service",
		.create_name = "InstanceMetadataServiceConfiguration",
		.update_name = "InstanceMetadataServiceConfiguration",
		.default_value = "{\"MinimumInstanceMetadataServiceVersion\":\"1\"}",
		.populated_value = "{\"MinimumInstanceMetadataServiceVersion\":\"2\"}",
		.type = json_type_object,
	},
};

static bool value_allowed(const char *const *values, const char *text)
{
	for (; *values != NULL; values++)
		if (strcmp(*values, text) == 0)
			return true;
	return false;
}

static void explain_values(
	const char *const *values, const char *member, const char *text, struct str *error)
{
	str_addf(error,
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "
		"Member must satisfy enum value set: [",
		text, member);
	for (size_t i = 0; values[i] != NULL; i++)
		str_addf(error, "%s%s", i > 0 ? ", " : "", values[i]);
	str_addc(error, ']');
}

const char *field_check(enum field field, const char *member, json_object *value, struct str *error)
{
	const struct field_rule *rule = &field_rules[field];

	if (!json_object_is_type(value, rule->type)) {
		str_addf(error, "The value of %s has the wrong type: it must be %s", member,
			json_type_to_name(rule->type));
		return str_get(error);
	}
	if (rule->values == NULL || value_allowed(rule->values, json_object_get_string(value)))
		return NULL;
	explain_values(rule->values, member, json_object_get_string(value), error);
	return str_get(error);
}

enum field field_find(const char *name)
{
	enum field field = 0;

	while (field < FIELD_COUNT && strcmp(field_rules[field].admin_name, name) != 0 &&
		strcmp(field_rules[field].name, name) != 0)
		field++;
	return field;
}

const char *json_text_of(json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

void json_add_text(struct str *to, const char *text)
{
	const char *plain = text;

	str_addc(to, '"');
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
			continue;
		str_addn(to, plain, (size_t)(text - plain));
		plain = text + 1;
		if ((unsigned char)*text < 0x20)
			str_addf(to, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			str_addf(to, "\\%c", *text);
	}
	str_addn(to, plain, (size_t)(text - plain));
	str_addc(to, '"');
}

/* By hand: a page of a list holds two hundred of these, and the benchmarks count its cost. */
void json_add_epoch(struct str *to, unsigned long long at_usec)
{
	unsigned long long rest = at_usec / USEC_PER_MSEC;
	char digits[32];
	size_t start = sizeof(digits);
	int written = 0;

	do {
		digits[--start] = (char)('0' + rest % 10);
		rest /= 10;
		if (++written == 3)
			digits[--start] = '.';
	} while (rest > 0 || written < 4);
	str_addn(to, digits + start, sizeof(digits) - start);
}
