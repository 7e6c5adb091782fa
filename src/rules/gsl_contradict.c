/* SPDX-License-Identifier: MIT */
/*
 * Decides whether two programs can pass on one notebook, by trying notebooks: for each property
 * that they read, the values at which an answer can change (gsl_sample.c), and absence; then every
 * combination. Where these values cannot stand for all others (two patterns on one text, a text
 * whose length counts too) or would be too many, no contradiction is claimed: it is a warning,
 * and better left out than wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "rules/gsl.h"
#include "rules/gsl_internal.h"
#include "rules/gsl_sample.h"

#define COMBINATIONS_MAX 4096
#define ELEMENTS_MAX	 6     /* of which all subsets are tried */
#define NOTEBOOK_MAX	 60000 /* bytes of text in one notebook; its offsets have 16 bits */

/* Times are counted from here, far enough from 0 for a hundred years back. */
#define NOW (200 * 365 * USEC_PER_DAY)

/* Texts that no rule names, hopefully: one is left over where a rule does. */
static const char *const others[] = { "~", "~other" };

struct candidate {
	bool present;
	int64_t number;
	char *text; /* as it lies in a notebook: with each NUL */
	size_t len;
};

/* The values to try for one property. */
struct domain {
	enum notebook_field field;
	struct candidate *items;
	size_t count, capacity;
	size_t current; /* the one in the notebook that is tried */
};

struct search {
	struct gsl_samples samples;
	struct domain domains[NOTEBOOK_FIELD_COUNT];
	size_t domain_count;
	struct notebook *notebook;
};

static struct candidate *add_candidate(struct domain *domain)
{
	struct candidate *candidate;

	domain->items =
		xgrow(domain->items, domain->count, &domain->capacity, sizeof(*domain->items));
	candidate = &domain->items[domain->count++];
	*candidate = (struct candidate){ .present = true };
	return candidate;
}

static void add_packed(struct domain *domain, struct str *packed)
{
	struct candidate *candidate = add_candidate(domain);

	candidate->len = packed->len;
	candidate->text = str_take(packed);
}

/* Adds a text and its NUL. */
static void pack(struct str *packed, const char *text)
{
	str_addn(packed, text, strlen(text) + 1);
}

static struct str packed_new(void)
{
	/* Past any sum of two programs' texts; is_feasible() looks at what a notebook can hold. */
	return (struct str)STR_INIT((size_t)GSL_TEXT_MAX * 64);
}

static void add_text_candidates(struct search *search, struct domain *domain)
{
	const struct gsl_facts *facts = &search->samples.facts[domain->field];

	if (facts->patterns.count > 1 || (facts->length_count > 0 && facts->texts.count > 0))
		search->samples.inexact = true;
	for (size_t i = 0; i < facts->texts.count + ARRAY_SIZE(others); i++) {
		struct str packed = packed_new();

		pack(&packed, i < facts->texts.count ? facts->texts.items[i]
						     : others[i - facts->texts.count]);
		add_packed(domain, &packed);
	}
	for (size_t i = 0; i < facts->length_count; i++) {
		struct str packed = packed_new();

		for (int64_t length = 0; length < facts->lengths[i]; length++)
			str_addc(&packed, 'x');
		pack(&packed, "");
		add_packed(domain, &packed);
	}
}

static void add_number_candidates(struct search *search, struct domain *domain)
{
	const struct gsl_facts *facts = &search->samples.facts[domain->field];
	bool size = domain->field == NOTEBOOK_VOLUME_SIZE;

	for (size_t i = 0; i < facts->number_count; i++)
		if (facts->numbers[i] >= (size ? 0 : 1) &&
			(!size || facts->numbers[i] <= INT32_MAX))
			add_candidate(domain)->number = facts->numbers[i];
	if (facts->number_count == 0)
		add_candidate(domain)->number = 1;
}

/* Every element that a list can have: texts, or a tag's keys with each of its values. */
static size_t list_elements(const struct gsl_facts *facts, bool tags, struct str *elements)
{
	size_t count = 0;

	for (size_t i = 0; i <= facts->texts.count; i++) {
		const char *text = i < facts->texts.count ? facts->texts.items[i] : others[0];

		for (size_t j = 0; j <= (tags ? facts->values.count : 0); j++) {
			if (count == ELEMENTS_MAX)
				return count + 1;
			pack(&elements[count], text);
			if (tags)
				pack(&elements[count], j < facts->values.count
							       ? facts->values.items[j]
							       : others[0]);
			count++;
		}
	}
	return count;
}

static void add_subsets(struct domain *domain, const struct str *elements, size_t count)
{
	for (unsigned int subset = 0; subset < 1U << count; subset++) {
		struct str packed = packed_new();

		for (size_t i = 0; i < count; i++)
			if ((subset >> i & 1) != 0)
				str_addn(&packed, elements[i].data, elements[i].len);
		pack(&packed, "");
		add_packed(domain, &packed);
	}
}

/* Lists of so many elements as the programs count. */
static void add_lengths(struct domain *domain, const struct gsl_facts *facts, bool tags)
{
	for (size_t i = 0; i < facts->length_count; i++) {
		struct str packed = packed_new();

		for (int64_t length = 0; length < facts->lengths[i]; length++) {
			pack(&packed, others[0]);
			if (tags)
				pack(&packed, others[0]);
		}
		pack(&packed, "");
		add_packed(domain, &packed);
	}
}

static void add_list_candidates(struct search *search, struct domain *domain)
{
	const struct gsl_facts *facts = &search->samples.facts[domain->field];
	bool tags = notebook_fields[domain->field].type == NOTEBOOK_TAG_SET;
	struct str elements[ELEMENTS_MAX];
	size_t count;

	for (size_t i = 0; i < ELEMENTS_MAX; i++)
		elements[i] = packed_new();
	count = list_elements(facts, tags, elements);
	if (count > ELEMENTS_MAX || facts->patterns.count > 1 || facts->value_patterns.count > 1 ||
		(facts->length_count > 0 && facts->texts.count + facts->values.count > 0))
		search->samples.inexact = true;
	else
		add_subsets(domain, elements, count);
	add_lengths(domain, facts, tags);
	for (size_t i = 0; i < ELEMENTS_MAX; i++)
		str_done(&elements[i]);
}

/* Account, region, name and ARN are there on every notebook that ever reaches a rule. */
static bool can_be_absent(enum notebook_field field)
{
	return field != NOTEBOOK_ARN && field != NOTEBOOK_NAME && field != NOTEBOOK_ACCOUNT &&
	       field != NOTEBOOK_REGION;
}

static void add_domain(struct search *search, enum notebook_field field)
{
	struct domain *domain = &search->domains[search->domain_count++];

	domain->field = field;
	if (can_be_absent(field))
		add_candidate(domain)->present = false;
	switch (notebook_fields[field].type) {
	case NOTEBOOK_TEXT:
		add_text_candidates(search, domain);
		break;
	case NOTEBOOK_LIST:
	case NOTEBOOK_TAG_SET:
		add_list_candidates(search, domain);
		break;
	case NOTEBOOK_NUMBER:
	case NOTEBOOK_TIME:
		add_number_candidates(search, domain);
		break;
	}
}

/* False where there are too many combinations, or a notebook could not hold the largest. */
static bool is_feasible(const struct search *search)
{
	size_t combinations = 1, size = 1;

	for (size_t i = 0; i < search->domain_count; i++) {
		const struct domain *domain = &search->domains[i];
		size_t largest = 0;

		for (size_t j = 0; j < domain->count; j++)
			largest = MAX(largest, domain->items[j].len);
		size += largest;
		if (domain->count > COMBINATIONS_MAX)
			return false;
		combinations *= domain->count;
		if (combinations > COMBINATIONS_MAX)
			return false;
	}
	return size <= NOTEBOOK_MAX;
}

/* The notebook of the current candidates. */
static void fill_notebook(struct search *search)
{
	struct notebook *notebook = search->notebook;
	size_t size = 1;

	*notebook = (struct notebook){ .volume_size_gb = -1 };
	for (size_t i = 0; i < search->domain_count; i++) {
		const struct domain *domain = &search->domains[i];
		const struct candidate *candidate = &domain->items[domain->current];

		if (!candidate->present)
			continue;
		if (domain->field == NOTEBOOK_VOLUME_SIZE) {
			notebook->volume_size_gb = (int32_t)candidate->number;
		} else if (domain->field == NOTEBOOK_CREATION_TIME) {
			notebook->created_at = (usec_t)candidate->number;
		} else if (domain->field == NOTEBOOK_LAST_MODIFIED_TIME) {
			notebook->last_modified_at = (usec_t)candidate->number;
		} else {
			memcpy(notebook->text + size, candidate->text, candidate->len);
			notebook->at[domain->field] = (uint16_t)size;
			size += candidate->len;
		}
	}
	notebook->size = (uint16_t)size;
}

/* The next combination, as an odometer counts; false after the last. */
static bool next_combination(struct search *search)
{
	for (size_t i = 0; i < search->domain_count; i++) {
		struct domain *domain = &search->domains[i];

		if (++domain->current < domain->count)
			return true;
		domain->current = 0;
	}
	return false;
}

static bool try_all(struct search *search, const struct gsl *a, const struct gsl *b)
{
	bool both_apply = false;

	search->notebook = xcalloc(1, sizeof(struct notebook) + NOTEBOOK_MAX);
	do {
		enum verdict of_a, of_b;

		fill_notebook(search);
		of_a = gsl_judge(a, search->notebook, NOW);
		of_b = gsl_judge(b, search->notebook, NOW);
		if (of_a == VERDICT_PASS && of_b == VERDICT_PASS)
			return false;
		both_apply = both_apply || (of_a != VERDICT_NONE && of_b != VERDICT_NONE);
	} while (next_combination(search));
	return both_apply;
}

static void search_done(struct search *search)
{
	gsl_samples_done(&search->samples);
	for (size_t i = 0; i < search->domain_count; i++) {
		for (size_t j = 0; j < search->domains[i].count; j++)
			free(search->domains[i].items[j].text);
		free(search->domains[i].items);
	}
	free(search->notebook);
}

bool gsl_contradict(const struct gsl *a, const struct gsl *b)
{
	struct search search = { .samples = { .now = NOW } };
	const struct gsl_node *const trees[] = { a->where, a->should, b->where, b->should };
	bool contradict = false;

	/* Those that share no property cannot stand in each other's way. */
	if ((a->fields & b->fields) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++)
		gsl_samples_add(&search.samples, trees[i]);
	for (int field = 0; field < NOTEBOOK_FIELD_COUNT; field++)
		if (((a->fields | b->fields) & NOTEBOOK_FIELD_BIT(field)) != 0)
			add_domain(&search, (enum notebook_field)field);
	if (!search.samples.inexact && is_feasible(&search))
		contradict = try_all(&search, a, b);
	search_done(&search);
	return contradict;
}
