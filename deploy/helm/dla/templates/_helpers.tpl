{{- define "dla.labels" -}}
app.kubernetes.io/name: {{ .program }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: dla
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "dla.selector" -}}
app.kubernetes.io/name: {{ .program }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "dla.image" -}}
{{- $digest := get .root.Values.image.digests .program -}}
{{ with .root.Values.image.registry }}{{ . }}/{{ end }}dla-{{ .program }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "dla.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "dla.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "dla.natsUrl" -}}
{{ if .Values.nats.enabled }}tls://{{ .Release.Name }}-nats:4222{{ else }}{{ .Values.nats.url }}{{ end }}
{{- end }}

{{- define "dla.feeds" -}}
{{- $feeds := dict -}}
{{- range $name := list "intake" "diagnostic" "parcours" "followup" "audit" -}}
{{- $_ := set $feeds $name (printf "https://%s-%s:8000" $.Release.Name $name) -}}
{{- end -}}
{{ $feeds | toJson }}
{{- end }}

{{/* Those that run here: at a hub, audit alone. */}}
{{- define "dla.services" -}}
{{- if .Values.hub.regions }}{{ pick .Values.services "audit" | toYaml }}{{ else }}{{ toYaml .Values.services }}{{ end }}
{{- end }}

{{/* At a hub: the addresses of each region's services, by the names that they have there. */}}
{{- define "dla.regionalFeeds" -}}
{{- $feeds := dict -}}
{{- range $region, $address := .Values.hub.regions -}}
{{- range $name := list "intake" "diagnostic" "parcours" "followup" -}}
{{- $_ := set $feeds (printf "%s-%s" $region $name) ($address | replace "{service}" $name) -}}
{{- end -}}
{{- end -}}
{{ $feeds | toJson }}
{{- end }}

{{- define "dla.noLeafConfiguration" -}}
hub.configuration: give what `python -m deploy.hub region {{ .Values.region }} …` prints, by --set-file
{{- end }}

{{/* Users, accounts and listener of a hub. A region that it does not know would be silent. */}}
{{- define "dla.hubConfiguration" -}}
{{- $configuration := required "hub.configuration: give what `python -m deploy.hub hub …` prints, by --set-file" .Values.hub.configuration -}}
{{- range $region, $_ := .Values.hub.regions -}}
{{- if not (contains (printf "\nregion-%s = " $region) $configuration) -}}
{{- fail (printf "hub.configuration does not know the region %s: write it anew by `python -m deploy.hub hub …`" $region) -}}
{{- end -}}
{{- end -}}
{{ $configuration }}
{{- end }}

{{/* The variables of a service that are no secret: a map, sorted by name. */}}
{{- define "dla.settings" -}}
{{- $common := dict
    "DLA_HOST" "0.0.0.0"
    "DLA_PORT" "8000"
    "DLA_METRICS_HOST" "0.0.0.0"
    "DLA_METRICS_PORT" "9464"
    "DLA_MODE" "production"
    "DLA_REGION" .root.Values.region
    "DLA_NATS_URL" (include "dla.natsUrl" .root)
    "DLA_ISSUER" .root.Values.identity.issuer
    "DLA_JWKS" .root.Values.identity.jwks
    "DLA_AUDIENCE" .root.Values.identity.audience
    "DLA_FEEDS" (include "dla.feeds" .root)
    "DLA_CA_FILE" "/etc/dla/authority/ca.crt"
    "DLA_TLS_CERTIFICATE" "/etc/dla/tls/tls.crt"
    "DLA_TLS_KEY" "/etc/dla/tls/tls.key" -}}
{{- if has .program (list "intake" "diagnostic" "parcours" "followup") }}{{ $_ := set $common "DLA_ERASURE_LIST" "/var/lib/dla/erased-keys" }}{{ end -}}
{{- if eq .program "audit" }}{{ $_ := set $common "DLA_AUDIT_LEDGER_CHECKPOINT_FILE" "/var/lib/dla/checkpoint" }}{{ end -}}
{{- if .root.Values.hub.regions -}}
{{- $_ := set $common "DLA_AUDIT_REGIONS" (keys .root.Values.hub.regions | sortAlpha | join ",") -}}
{{- $_ := set $common "DLA_FEEDS" (include "dla.regionalFeeds" .root) -}}
{{- end -}}
{{- merge (deepCopy .own) (deepCopy .root.Values.settings) $common | toYaml }}
{{- end }}

{{- define "dla.env" -}}
{{- range $name, $value := . }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end }}

{{- define "dla.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: http, scheme: HTTPS}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: http, scheme: HTTPS}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http, scheme: HTTPS}
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 3
{{- end }}

{{- define "dla.volumes" -}}
- {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
- {name: authority, secret: {secretName: {{ .root.Values.tls.authoritySecret }}}}
- {name: tls, secret: {secretName: {{ printf "%s-%s" .root.Values.tls.secretPrefix .program }}}}
- {name: shared, persistentVolumeClaim: {claimName: {{ printf "%s-%s" .root.Release.Name .program }}}}
{{- if .files }}
- {name: files, configMap: {name: {{ printf "%s-%s" .root.Release.Name .program }}}}
{{- end }}
{{- end }}

{{- define "dla.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: authority, mountPath: /etc/dla/authority, readOnly: true}
- {name: tls, mountPath: /etc/dla/tls, readOnly: true}
- {name: shared, mountPath: /var/lib/dla}
{{- if .files }}
- {name: files, mountPath: /etc/dla/files, readOnly: true}
{{- end }}
{{- end }}

{{- define "dla.placement" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {{ .labels | toJson }}}
{{- end }}
